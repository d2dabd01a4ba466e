"""Given names that people who write news have, in the languages of the news. Data, and the one question asked of it.

Written for Copydesk from common knowledge, no list was copied: frequent names, and none is to be added for a page
that was missed. It tells a name from a section or a place where nothing else does; it is never a reason to refuse a
name that is announced.
"""

from __future__ import annotations

import re
from typing import Final

_ENGLISH: Final = (
    "aaron abby abigail adam adele aditya adrian ahmed aidan aisha ajay akira alan alastair albert alec alex "
    "alexa alexander alexandra alexis alfred ali alice alison alistair allan allen allison alyssa ama amanda "
    "amber amelia amit amy ananya andrea andrew andy angela angie angus anil anita anjali ann anna anne annie "
    "anthony arjun arthur arun ashley audrey austin barbara barney barry beatrice becky ben benjamin bernard "
    "beth bethany betty beverly bill billy blake bob bobby brad bradley brandon brenda brendan brent brett brian "
    "bridget brittany brooke bruce bryan byron caitlin caleb calvin cameron carl carla carol caroline carolyn "
    "carrie casey catherine cathy cecilia charles charlie charlotte chelsea cheryl chidi chioma chloe chris "
    "christian christina christine christopher christy cindy claire clara clare clark claudia clive cody colin "
    "colleen connie connor cory courtney craig curtis cynthia daisy dale damian damien dan dana daniel danielle "
    "danny darren dave david dawn dean debbie deborah debra deepak denis denise dennis derek diana diane dominic "
    "don donald donna doris dorothy doug douglas duncan dustin dylan eddie edgar edith edward edwin eileen "
    "elaine eleanor elena eli elizabeth ella ellen elliot elliott emeka emily emma eric erica erik erin ernest "
    "ethan eugene eva evan eve evelyn faith fatima felicity felix fiona florence frances francis "
    "frank franklin fred freddie frederick gabriel gabriella gail gareth garrett gary gavin gemma geoff geoffrey "
    "george georgia georgina gerald gerard gillian gina glenn gloria gordon grace graeme graham grant greg "
    "gregory guy gwen hailey haley hannah harold harriet harry harvey hassan heather hector helen henry herbert "
    "hilary hiroshi holly howard hugh hugo hui hunter hussein ian ibrahim imogen irene iris isaac isabel "
    "isabella isabelle isla ivan jack jackie jackson jacob jacqueline jake james jamie jan jane janet janice "
    "jared jasmine jason jay jean jeff jeffrey jen jenna jennifer jenny jeremy jerome jerry jess jesse jessica "
    "jill jim jimmy jing jo joan joanna joanne jodie joe joel john johnny jon jonathan jordan joseph josephine "
    "josh joshua joy joyce juan judith judy julia julian juliana julie juliet justin kaitlin karen karim "
    "kate katherine kathleen kathryn kathy katie katrina katy kavita kay kayla kazuo keith kelly kelsey ken "
    "kenji kenneth kerry kevin khalid kim kimberly kirk kirsten kirsty kofi kristen kristin kristina kwame kyle "
    "lance larry laura lauren laurence laurie lawrence layla leah lee leigh leila leo leon leonard lerato leslie "
    "lewis liam lillian lily linda lindsay lindsey lisa liz logan lois loretta lorraine louis louisa louise "
    "lucas lucinda lucy luke luther lydia lynn mabel maddie madeleine madison maggie malcolm mandy marc marcia "
    "marcus margaret maria marian marie marilyn marina mario marion marisa marissa mark marlene marshall "
    "martha martin marvin mary mason mathew matt matthew maureen maurice max maxine maxwell megan meghan mei "
    "melanie melinda melissa melvin meredith michael michelle miguel mike mildred miles milton ming miranda "
    "miriam mitch mitchell mohamed mohammed moira molly monica morgan muhammad murray myra nadia nancy naomi "
    "natalie natasha nathan nathaniel neha neil nell nelson ngozi niall nicholas nick nicola nicole nigel nina "
    "nnamdi noah noel nomsa nora norma norman olive oliver olivia omar oscar owen paige pam pamela pat patricia "
    "patrick patty paul paula pauline peggy penelope penny perry pete peter phil philip philippa phillip phoebe "
    "phyllis polly pooja priscilla priya rachael rachel rahul raj ralph ramona randall randy ravi ray "
    "raymond rebecca reggie regina reginald rene renee rex rhys ricardo richard rick ricky rita rob robert "
    "roberta robin rodney roger rohit roland ron ronald rory rosa rosalind rose rosemary rosie ross roxanne roy "
    "ruby rupert russ russell ruth ryan sabrina sally salma sam samantha samir samuel sandra sanjay sara sarah "
    "scott sean seb sebastian selena serena seth shane shannon sharon shaun shawn sheila shelby shelley sherry "
    "shirley sian sidney simon simone sipho sofia sonia sophia sophie spencer stacey stacy stan stanley stella "
    "stephanie stephen steve steven stewart stuart sue sunil susan susanna susie suzanne sydney sylvia takashi "
    "tamara tammy tanya tara tariq taylor ted terence teresa teri terri terry tess tessa thabo theo "
    "theodore theresa thomas tiffany tim timothy tina toby todd tom tommy toni tony tracey tracy trevor tricia "
    "tristan troy tyler tyrone ursula valerie vanessa vera vernon veronica vicki vicky victor victoria vijay "
    "vikram vincent viola violet virginia vivian vivien walter wanda warren wayne wei wendy wesley whitney will "
    "william willie winston yuki yusuf yvette yvonne zach zachary zack zainab zoe"
)
_GERMAN: Final = (
    "achim adelheid albrecht alfons alwin andi andre andreas anett angelika anika anja anke annabell anneliese "
    "annett annette annika antje antonia arndt arne arno astrid august axel barbro basti beat beate benedikt "
    "benni benno bernd bernhard bert berthold bettina bianca bine birgit birgitta björn bodo boris brigitte "
    "britta bruno burkhard bärbel carina carmen carola carolin carsten cathrin chrissi christa christel "
    "christiane christof christoph claus clemens conny conrad constantin constanze corinna cornelia cornelius "
    "dagmar dani daniela detlef detlev dieter dietmar dietrich dirk doreen dörte eberhard eckart eckhard "
    "edeltraud egon ekkehard elfriede elias elisa elisabeth elke elmar else emil erhard erich ernst erwin esther "
    "eugen evelin ewald fabian falk felicitas ferdinand finn flo florian franka franz franziska frauke frederik "
    "frieda friederike friedhelm friedrich fritz gabi gabriele georg gerd gerda gerhard gerlinde gernot gero "
    "gert gertrud gisbert gisela gottfried gregor greta gudrun guido gunnar gunter gustav götz günter günther "
    "hanna hannelore hannes hanni hans hansi harald hartmut hauke heide heidi heike heiko heiner heinrich heinz "
    "helene helga helge helmut helmuth hendrik henning henriette henrik hermann herta hilde hildegard holger "
    "horst hubert ida ilka ilona ilse imke ina ines inga inge ingeborg ingo ingrid inka irmgard isabell jana "
    "janina janine jannik jannis jens joachim jochen johann johanna johannes jojo jonas josef jost jule jules "
    "julius jupp jutta jörg jürgen kai karin karl karla karolin karolina karoline karsten kaspar katharina kathi "
    "kathrin kati katja katrin kerstin kilian kirstin klara klaus konrad konstantin korinna kornelia kristian "
    "kristof kurt käthe lara lars lasse laurin lea lena lennart leonie leopold levin liane lina linus lisbeth "
    "lisi lorenz lothar ludger ludwig luisa luise lukas lutz madlen magdalena maik maike maja malte manfred "
    "manja manni manu manuel manuela marcel marco mareike margarete margit margot mariam marianne marieke marika "
    "marius markus marlies marlis marten martina mathias mathilde mathis matthias mattis maximilian mechthild "
    "meike melina merle merten micha michaela michi mirco mirjam mirko moni monika moritz nadine nadja nele "
    "niclas nico nicolai nicolas niki niklas nikolai nikolaus nils norbert oda olaf ole ortrun oswald otto "
    "paulina petra philipp pia raffael raimund rainer ralf raphael regine reiner reinhard reinhold renate rené "
    "resi reto ricarda rolf roman romy rosemarie rudi rudolf rüdiger sabi sabine sandro sascha saskia schorsch "
    "selina sepp siegfried siegmar siglinde sigrid silke silvia silvio sina sonja stefan stefanie steffen steffi "
    "stephan susi svea sven svenja swantje sybille sylke sören tabea tanja tatjana thilo thimo thorben thorsten "
    "till tilman timm timo tine tino tobi tobias torben torsten traudl trude udo ueli ulf uli ulla ullrich "
    "ulrich ulrike urs ursel ute utz uwe valentin verena veronika viktor viktoria vinzenz volker volkmar "
    "walburga waldemar waltraud wenzel werner wiebke wieland wilfried wilhelm willi wilma winfried wolf wolfgang "
    "wolfi wolfram xaver yannick"
)
_ROMANCE: Final = (
    "adolfo adriana adriano adrián adèle afonso agathe agnès agustín aimée aitor alain alba albane alberta "
    "alberto alejandra alejandro alessandra alessandro alessia alessio alexandre alexia alfonso alfredo alicia "
    "aline alix almudena amalia amandine amaury ambra amparo amélie ana anaïs anderson andreina andrée andrés "
    "angelo annalisa annamaria antoine antonella antonino antonio antónio antônio apolline araceli arantxa "
    "arianna armanda armando arnaud arrigo arturo asia asunción aude augustin augusto aurelio aurore aurélie "
    "aurélien bastien beatriz belén benito benoît beppe bernadette bernardo berta bertrand blanca blandine borja "
    "brice bruna brunella béatrice caio camila camilla camille camillo camilo capucine carlo carlos carlota "
    "carlotta carmela carmelo carole catalina caterina cecília cesare chantal chiara cinzia claudio clotilde "
    "cláudia cláudio clémence clément colette concepción concetta consuelo coralie corinne corrado cristian "
    "cristiana cristiano cristina cristóbal cyril cássio cátia cécile cédric célia céline césar damiano daniele "
    "danilo dario daría davide debora delphine denílson didier diego diogo dolores domenico domingo dominique "
    "donatella duarte débora edgardo edoardo edson eduarda eduardo eleonora elio elisabetta eloísa elvira "
    "emanuela emanuele emilia emiliano emilio emmanuel emmanuelle enrica enrico enrique enzo ernesto esperanza "
    "esteban estela estelle ester ettore eugenia eugenio eugénie eusebio fabien fabienne fabio fabián fabrice "
    "fabrizio facundo fanny fausto federica federico felipe fermín fernanda fernando filipa filipe fiorella "
    "fiorenza flavia flavio florencia florent flávia flávio franca francesca francesco francisca francisco "
    "franck franco françois françoise frédéric frédérique fulvio fábio fátima félix gabriela gabrielle gaetano "
    "gaspard gaël gaëlle gaëtan geneviève geoffroy gerardo germán ghislain giacomo giada gian giancarlo "
    "gianfranco gianluca gianluigi gianni gianpaolo gigi gilbert gilberto gilles gino giorgia giorgio giovana "
    "giovanna giovanni gisele giulia giuliana giuliano giulio giuseppe giuseppina glória gonzalo grazia "
    "graziella gregorio grégoire grégory guadalupe guglielmo guilherme guillaume guillermo gustave gustavo "
    "gwenaël gérard heitor heloísa henri henrique hernán hervé honoré hugues héctor hélène ignacio igor iker "
    "ilaria inmaculada inès inés inês irma irène isabela isadora isidro ismael ivo iván jacopo jacques jaime "
    "javier jean-baptiste jean-claude jean-luc jean-marie jean-michel jean-paul jean-philippe jean-pierre jeanne "
    "jesús jimena joana joaquim joaquín jordane jordi jorge josefina josiane josé joão joël joëlle juana julien "
    "julieta juliette julio julián justine jérémie jérémy jérôme júlia júlio karina laetitia larissa laure "
    "laurent leandro leonardo leonor leticia letizia letícia lia licia lidia lilian liliana lino lionel livia "
    "livio loredana lorena lorenza lorenzo louis-marie lourdes loïc luana luc luca luciana luciano lucie lucien "
    "lucile lucrezia lucía ludovic ludovica luigi luis luisella luiz lurdes luís luísa lydie léa léo léon "
    "léonard lígia lúcia macarena madalena maddalena magali maiara manlio manon marc-antoine marcela marcella "
    "marcello marcelo marcos margarida margarita margaux margherita mariana mariangela mariano maribel "
    "maricarmen marie-claude mariella marielle marine marinella marlène marta marthe martine martín maría "
    "marília massimiliano massimo mateus matheus mathieu matilde matteo mattia matías maud maura mauricio mauro "
    "maurício maxime maël mercedes micaela michel michela michele mickaël milagros milena mireille mirella "
    "montserrat moreno muriel murilo myriam márcia márcio mário mélanie mónica mônica nadège natalia natalino "
    "nathalie natália nerea nicoletta nicolás nino noelia noémie nuno nunzia nuria océane odile olga olivier "
    "oreste orietta ornella osvaldo ottavio otávio pablo paloma paola paolo pascal pascale pasquale patrice "
    "patricio patrizia patrícia paulin paulo paz pedro philippe pier pierluigi piero pierre pierrick pietro "
    "pilar pino quentin rachele rachid rafael rafaela raffaele raffaella ramiro ramón raoul raphaël raphaëlle "
    "raquel raúl renata renato renaud renzo riccardo roberto rocco rocío rodolfo rodolphe rodrigo rogelio "
    "rogério romain román rosana rosanna rosario rossana rossella roxane rubén ruggero rui régis rémi rémy "
    "sabina salvador salvatore samuele sandrine santiago sebastián serge sergio silvana silvano silvina sofía "
    "soledad solène stefania stefano stéphane stéphanie susana sylvain sylvie sébastien ségolène sérgio séverine "
    "sílvia sónia sônia tadeu tanguy tatiana telma thiago thibaud thibault thierry théo théophile tiago timothée "
    "tiphaine tiziana tiziano tommaso tomás tullio tânia ugo umberto valentina valentine valentino valeria "
    "valerio valérie vanesa vasco verónica vicente victoire vincenzo vinícius violaine virginie virginio vito "
    "vitor vittoria vittorio vânia véronique víctor vítor wagner wellington xavier ximena yann yohan yolanda "
    "yves zoé zulema zélia álvaro ángel ángela ángeles édouard élise éloïse éléonore éric étienne íñigo óscar"
)
_NORTHERN: Final = (
    "aad aagot aase agneta aino alva amund anders ane anette anker anna-karin anne-marie anneli annelie "
    "annemarie antti arild arjen arto arvid asbjørn aud bart bas bengt bent berit bertil birger birgitte bjarne "
    "bjørn bo bodil bram britt brynjar børge cecilie cees christer coen daan dag daga dagfinn dick dirk-jan ebba "
    "eef eero eeva egbert egil eija einar eirik eivind elin elina eline ellinor elsa emiel emilie erika erlend "
    "erling esa esben eskil esmee espen evert femke floor floris frans fredrik freek frida frits frode geert "
    "geir gerben gerrit gijs gro gunhild gunilla gunn gunvor guri gustaf guus gyda göran gøran halvor hanne "
    "hanneke hannu hans-jan hans-petter harm hedda hedvig hege heikki hein helena helle henk herman hilda "
    "hjalmar huib håkan håkon ilkka ineke inger ingvar ingvild isak ivar jaakko jaap jan-erik janne jari jarmo "
    "jasper jeppe jeroen jeske jesper jet joakim job joep johan jolanda jonna joop joost joris jos josefin "
    "jostein jouni juha juho jukka jurgen jussi jørgen jørn kaare kaisa kaja kalle karel kari karianne kasper "
    "katarina kees kimmo kirsi kjell kjersti klaas klas knud knut koen krister kristiina kristoffer kåre laila "
    "lars-erik laurens lauri leena leif lene lieke lies liesbeth lieve liisa linn linnea liv lodewijk loes loke "
    "lonneke lotta lotte lovisa maaike maarit maarten maartje mads magne magnus maija maj malin maren marga "
    "margareta mari marije marijke marit marja marjo marjolein markku marko marleen marloes martijn mathijs "
    "matilda mats matti mattias menno merel merete merijn merja mette mia michiel mieke mika mikael mikkel mikko "
    "minna mona morten niek niels nienke niina njål odd oddvar ola olav olle olli olof oskar outi paavo pasi "
    "paulien pekka pelle pentti per pernille petri petter piet pieter pirjo pirkko poul preben päivi pål ragnar "
    "ragnhild raimo randi rasmus reijo remco rens renske riikka rik rikke rinus risto ritva roar roel rogier "
    "ronja roos ruben rune rutger ruud sakari salla sami sander sanna sanne satu seppo signe sigurd silje sindre "
    "siri sirpa sissel siv sjaak sjoerd sjur sofie solveig stein stian stig stijn stine sunniva susanne suzan "
    "svein svend sverre synne synnøve søren tage tapani tapio tarja teemu terje tero teun thea thijs thor tiina "
    "tijs tjeerd ton tor tora torbjørn tord tore torgeir torill torstein tove trine troels trond trygve tuija "
    "tuomas tuula tuva ulrik unni urpo vegard vesa vibeke vidar viggo ville virpi wenche wies wietse wijnand "
    "wilco willem wim wouter yara ylva yngve åsa åse øystein øyvind"
)
_EASTERN: Final = (
    "agata agnieszka ahmet aleksandar aleksander aleksandra alena alexandru aleš alicja ana-maria andrei andrzej "
    "aneta antoni arkadiusz artur attila aylin ayşe balázs bartosz bartłomiej beata bence bogdan bogusław "
    "bohumil bojan bożena božena branko burak bülent can cem cemal cezary ciprian corina cosmin csaba czesław "
    "călin cătălin dalibor danuta dariusz darko davor dawid dejan deniz dominik dominika dorota dragan dragoș "
    "dražen dumitru dušan dániel dóra ece edyta elif eliška elżbieta emine emre endre erdem erdoğan erkan "
    "ertuğrul esra eszter ewa ewelina fatih fatma ferenc filip florin franciszek františek gamze gergely "
    "gheorghe goran grażyna grzegorz gyula györgy gábor gökhan gül hakan halil halina hana hasan hatice henryk "
    "horia hüseyin ildikó ileana ilker imre ioana ion ionuț ireneusz istván iulia ivana iwona izabela jacek "
    "jadwiga jakub janusz jaroslav jarosław jelena jerzy jitka jiří jolanta jovan judit julita justyna jános "
    "józef józsef kacper kamil kamila karol katalin katarzyna kateřina kazimierz kemal kerem kinga klaudia klára "
    "kristýna krisztina krystian krystyna krzysztof lajos laurențiu lech lenka leszek levent libor liviu lubomír "
    "luboš lucian ludmila lumința lászló maciej magda magdaléna marcin marek marija mariusz markéta mateusz "
    "małgorzata mehmet melih mert merve michał mieczysław mihaela mihai mihály miklós mikołaj milan milica miloš "
    "mircea mirjana miroslav mirosław mladen murat mustafa márton máté mădălina nazlı nebojša nemanja nenad "
    "nicolae nikola nuray nóra oana octavian okan oliwia ondřej onur orhan orsolya osman otakar ovidiu patryk "
    "pavel pavla paweł petar petr piotr predrag przemysław péter radek radim radka radosław radovan radu rafał "
    "raluca ramazan recep roxana ryszard réka răzvan sanja saša selim serdar serkan sibel silviu simona sinan "
    "slobodan snežana sorin srđan stanislav stanisław stevan suat svetlana sylwia szabolcs szymon sándor "
    "sławomir tadeusz tamás teodor tereza tibor tihomir tolga tomasz tomislav tomáš traian tudor tuncay umut "
    "urszula uğur vasile vesna viktória violeta vlad vladan vladimir vladimír vojtěch volkan vuk václav vít věra "
    "wacław weronika wiesław wiktor witold wojciech władysław włodzimierz yasemin yasin yavuz zbigniew zdeněk "
    "zdeňka zdravko zdzisław zehra zeynep zofia zoltán zoran zsolt zsuzsa zsófia zuzana zuzanna zygmunt ömer "
    "özge özlem łukasz štěpán šárka željko ștefan александр александра алексей алина алиса алла алёна анастасия "
    "анатолий андрей анна антон арина арсений артем артём богдан борис вадим валентин валентина валерий валерия "
    "василий вера вероника виктор виктория виталий влад владимир владислав вячеслав галина геннадий георгий глеб "
    "григорий даниил дарья денис дина дмитрий дмитро евгений евгения егор екатерина елена елизавета иван игорь "
    "илья инна ирина катерина кирилл константин ксения лариса лев леонид лидия любовь людмила максим маргарита "
    "марина мария марія матвей микола михаил михайло надежда наталия наталья никита николай оксана олег "
    "олександр олена олеся ольга павел петр петро полина пётр роман руслан светлана семён сергей сергій софия "
    "софья станислав степан таисия тамара тарас татьяна тимур ульяна фёдор юлия юлія юрий яна ярослав ярослава "
    "ірина"
)
_KNOWN: Final = frozenset(" ".join((_ENGLISH, _GERMAN, _ROMANCE, _NORTHERN, _EASTERN)).split())


_CHINESE: Final = (
    "丁万乔于任何余侯傅冯刘卢史叶吕吴周唐夏姚姜孔孙孟宋尹崔常康廖张彭徐戴文方易曹曾朱李杜杨林梁武段毛江汤汪沈"
    "潘熊王田白石秦程罗胡苏范萧董蒋蔡薛袁许谢谭贺贾赖赵邓邱邵邹郑郝郭金钟钱阎陆陈雷韩顾马高魏黄黎龙龚"
)
_JAPANESE: Final = (
    "三宅 三浦 上田 上野 中山 中島 中川 中村 中田 中野 丸山 久保 五十 井上 今井 伊藤 佐々 佐藤 佐野 内田 内藤 "
    "前田 加藤 北村 千葉 原田 吉村 吉田 和田 土屋 坂本 堀内 増田 大塚 大島 大西 大野 太田 安田 安藤 宮崎 宮本 "
    "小山 小島 小川 小林 小野 山下 山内 山口 山崎 山本 山田 岡本 岡田 岩崎 岩本 岩田 島田 川上 川口 "
    "川崎 市川 平田 平野 後藤 成田 斉藤 斎藤 新井 早川 星野 服部 望月 木下 木村 本田 本間 杉山 村上 村田 松井 "
    "松尾 松本 松村 松田 柴田 桜井 森田 横山 橋本 武田 水野 永井 池田 河野 浅野 清水 渡辺 渡邊 熊谷 片山 牧野 "
    "田中 田村 矢野 石井 石川 石田 福島 福田 秋山 竹内 荒木 菅原 菊地 藤井 藤原 藤本 藤田 西村 西田 谷口 近藤 "
    "遠藤 酒井 野口 金子 鈴木 長谷 関口 阿部 青木 須藤 飯田 高山 高木 高橋 高田"
)
_CHINESE_FAMILIES: Final = frozenset(_CHINESE)
_JAPANESE_FAMILIES: Final = frozenset(_JAPANESE.split())
_CHINESE_NAME: Final = re.compile(r"[一-龥々]{2,3}")
_JAPANESE_NAME: Final = re.compile(r"[一-龥々]{2,3}\s?[一-龥々ぁ-ん]{1,4}")


def is_given_name(word: str) -> bool:
    """A given name of the register; of ``Anna-Lena`` the first part counts.

    Whether it is a name here the place has to tell: ``Florence`` is a town and ``Will`` a word as well.
    """
    word = word.casefold()
    return word in _KNOWN or word.partition("-")[0] in _KNOWN


def is_known_name(name: str) -> bool:
    """Begins with a given name that is known, or, written in Han characters, with a family name."""
    first = name.split(maxsplit=1)[:1]
    if first and is_given_name(first[0]):
        return name[0].isupper()
    chinese = bool(_CHINESE_NAME.fullmatch(name)) and name[0] in _CHINESE_FAMILIES
    return chinese or (bool(_JAPANESE_NAME.fullmatch(name)) and name[:2] in _JAPANESE_FAMILIES)
