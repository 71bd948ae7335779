"""States, cities with their ZIP areas, and the words that towns and streets are made of."""

from __future__ import annotations

from .lexicon import words

#: Code, name, first three digits of some ZIP code area, and weights: people and award firms.
STATES: tuple[tuple[str, str, str, float, float], ...] = tuple(
    (line[:2], parts[1], parts[2], float(parts[3]), float(parts[4]))
    for line in """
AL|Alabama|360|15|20
AK|Alaska|995|2|1
AZ|Arizona|850|22|26
AR|Arkansas|720|9|5
CA|California|900|117|215
CO|Colorado|802|17|48
CT|Connecticut|060|11|24
DE|Delaware|197|3|6
DC|District of Columbia|200|2|4
FL|Florida|320|65|32
GA|Georgia|300|32|17
HI|Hawaii|967|4|6
ID|Idaho|836|6|3
IL|Illinois|604|38|22
IN|Indiana|460|20|12
IA|Iowa|500|10|5
KS|Kansas|660|9|4
KY|Kentucky|400|13|8
LA|Louisiana|700|14|5
ME|Maine|040|4|6
MD|Maryland|207|18|52
MA|Massachusetts|018|20|135
MI|Michigan|480|30|32
MN|Minnesota|550|17|18
MS|Mississippi|386|9|3
MO|Missouri|630|18|9
MT|Montana|590|3|6
NE|Nebraska|680|6|4
NV|Nevada|889|9|5
NH|New Hampshire|030|4|16
NJ|New Jersey|070|27|36
NM|New Mexico|870|6|22
NY|New York|100|60|52
NC|North Carolina|270|31|30
ND|North Dakota|580|2|2
OH|Ohio|430|35|42
OK|Oklahoma|730|12|7
OR|Oregon|970|13|18
PA|Pennsylvania|150|39|44
RI|Rhode Island|028|3|5
SC|South Carolina|290|16|7
SD|South Dakota|570|3|2
TN|Tennessee|370|20|12
TX|Texas|750|87|60
UT|Utah|840|10|16
VT|Vermont|050|2|4
VA|Virginia|220|26|70
WA|Washington|980|23|32
WV|West Virginia|250|5|3
WI|Wisconsin|530|18|14
WY|Wyoming|820|2|3
PR|Puerto Rico|007|8|1
""".splitlines()
    if (parts := line.split("|")) and len(parts) == 5
)

#: City, state, first three ZIP digits, share of the state's people and of its award firms (1/100).
CITIES: tuple[tuple[str, str, str, float, float], ...] = tuple(
    (parts[0], parts[1], parts[2], float(parts[3]), float(parts[4]))
    for line in """
Huntsville|AL|358|9|70
Birmingham|AL|352|12|8
Montgomery|AL|361|8|3
Mobile|AL|366|7|2
Anchorage|AK|995|45|50
Tucson|AZ|857|14|45
Phoenix|AZ|850|30|18
Tempe|AZ|852|6|12
Scottsdale|AZ|852|7|10
Little Rock|AR|722|12|20
Fayetteville|AR|727|6|50
San Diego|CA|921|9|22
Los Angeles|CA|900|18|8
San Jose|CA|951|5|7
Torrance|CA|905|1|6
Irvine|CA|926|2|5
Palo Alto|CA|943|1|5
Santa Barbara|CA|931|1|5
Sunnyvale|CA|940|1|4
San Francisco|CA|941|5|5
Berkeley|CA|947|1|3
Pasadena|CA|911|1|3
Sacramento|CA|958|3|1
Fremont|CA|945|1|2
Boulder|CO|803|3|28
Denver|CO|802|25|12
Colorado Springs|CO|809|12|14
Golden|CO|804|2|8
Fort Collins|CO|805|5|8
Hartford|CT|061|8|6
New Haven|CT|065|8|14
Danbury|CT|068|4|10
Stamford|CT|069|6|6
Newark|DE|197|10|50
Wilmington|DE|198|20|20
Washington|DC|200|100|100
Orlando|FL|328|8|22
Gainesville|FL|326|2|14
Miami|FL|331|14|8
Tampa|FL|336|9|8
Melbourne|FL|329|2|12
Jacksonville|FL|322|8|4
Atlanta|GA|303|18|45
Savannah|GA|314|4|3
Athens|GA|306|2|6
Honolulu|HI|968|50|75
Boise|ID|837|20|40
Chicago|IL|606|35|30
Champaign|IL|618|2|18
Urbana|IL|618|1|8
Indianapolis|IN|462|25|22
West Lafayette|IN|479|2|26
Bloomington|IN|474|2|8
Des Moines|IA|503|14|10
Ames|IA|500|2|40
Wichita|KS|672|16|14
Lawrence|KS|660|4|28
Manhattan|KS|665|2|10
Louisville|KY|402|20|24
Lexington|KY|405|12|42
New Orleans|LA|701|16|20
Baton Rouge|LA|708|12|22
Portland|ME|041|12|16
Orono|ME|044|1|8
Baltimore|MD|212|20|14
Rockville|MD|208|3|16
Columbia|MD|210|3|14
Gaithersburg|MD|208|2|10
Annapolis|MD|214|2|6
College Park|MD|207|1|5
Germantown|MD|208|2|4
Cambridge|MA|021|2|14
Boston|MA|021|12|7
Woburn|MA|018|1|8
Waltham|MA|024|1|6
Andover|MA|018|1|6
Billerica|MA|018|1|5
Worcester|MA|016|4|4
Lexington|MA|024|1|4
Newton|MA|024|2|4
Watertown|MA|024|1|4
Natick|MA|017|1|3
Ann Arbor|MI|481|2|44
Detroit|MI|482|12|4
Lansing|MI|489|3|5
Grand Rapids|MI|495|5|4
Minneapolis|MN|554|14|32
Saint Paul|MN|551|8|14
Plymouth|MN|554|2|6
Jackson|MS|392|10|10
Oxford|MS|386|2|12
Starkville|MS|397|2|16
Saint Louis|MO|631|16|40
Kansas City|MO|641|14|8
Columbia|MO|652|3|20
Rolla|MO|654|1|10
Bozeman|MT|597|6|60
Missoula|MT|598|8|14
Lincoln|NE|685|16|36
Omaha|NE|681|30|34
Reno|NV|895|12|34
Las Vegas|NV|891|50|26
Hanover|NH|037|1|30
Nashua|NH|030|8|18
Manchester|NH|031|12|10
Princeton|NJ|085|1|18
Newark|NJ|071|6|4
Piscataway|NJ|088|1|5
New Brunswick|NJ|089|1|5
Albuquerque|NM|871|30|62
Santa Fe|NM|875|7|8
Los Alamos|NM|875|1|10
New York|NY|100|35|18
Ithaca|NY|148|1|12
Rochester|NY|146|4|12
Buffalo|NY|142|4|8
Albany|NY|122|3|5
Troy|NY|121|1|4
Syracuse|NY|132|3|3
Raleigh|NC|276|8|16
Durham|NC|277|4|24
Charlotte|NC|282|12|7
Chapel Hill|NC|275|1|12
Morrisville|NC|275|1|7
Fargo|ND|581|20|60
Dayton|OH|454|4|26
Columbus|OH|432|12|20
Cleveland|OH|441|10|14
Cincinnati|OH|452|10|12
Akron|OH|443|3|4
Beavercreek|OH|454|1|8
Norman|OK|730|4|22
Tulsa|OK|741|14|18
Oklahoma City|OK|731|20|22
Portland|OR|972|20|32
Corvallis|OR|973|2|22
Eugene|OR|974|5|10
Pittsburgh|PA|152|10|30
Philadelphia|PA|191|18|16
State College|PA|168|1|14
Bethlehem|PA|180|1|5
Providence|RI|029|20|30
Charleston|SC|294|8|26
Columbia|SC|292|8|18
Greenville|SC|296|6|12
Sioux Falls|SD|571|25|30
Rapid City|SD|577|10|26
Knoxville|TN|379|6|24
Nashville|TN|372|14|20
Oak Ridge|TN|378|1|20
Memphis|TN|381|12|10
Austin|TX|787|9|30
Houston|TX|770|18|16
College Station|TX|778|1|12
San Antonio|TX|782|10|8
Dallas|TX|752|12|8
Plano|TX|750|2|4
Salt Lake City|UT|841|14|48
Logan|UT|843|3|14
Provo|UT|846|4|8
Burlington|VT|054|12|24
Arlington|VA|222|3|12
Reston|VA|201|1|9
Blacksburg|VA|240|1|9
Charlottesville|VA|229|1|9
Alexandria|VA|223|2|7
Fairfax|VA|220|2|7
Virginia Beach|VA|234|6|4
Richmond|VA|232|5|4
Vienna|VA|221|1|5
Seattle|WA|981|14|40
Bothell|WA|980|1|8
Spokane|WA|992|5|4
Redmond|WA|980|1|7
Morgantown|WV|265|4|44
Charleston|WV|253|8|10
Madison|WI|537|6|52
Milwaukee|WI|532|16|18
Laramie|WY|820|6|50
Cheyenne|WY|820|14|12
San Juan|PR|009|20|40
""".splitlines()
    if (parts := line.split("|")) and len(parts) == 5
)

TOWN_FIRST = words(
    """Oak Maple Cedar Spring River Green Fair North South West East Mill Stone Brook Clear High
    Wood Ash Elm Glen Rock Lake Sand Salt Sugar Union George Frank Jackson Madi Harris Hamil Wat
    Well Ridge Pleasant Bridge Clay Farm Garden New Marsh Winter Summer Plain Lin Wal Bel Hart
    Ever Red White Black Bloom Hunt Parker"""
)
TOWN_LAST = words(
    """ville ton field dale wood burg port ford view brook land mont bury hurst side crest son
    ham ridge haven"""
)

STREETS = words(
    """Main Oak Maple Park Washington Cedar Elm Lake Hill Walnut Spring North South Ridge Church
    Willow Mill River Sunset Railroad Jackson Cherry West Franklin Highland Jefferson Center
    College University Forest Pine Lincoln Madison Adams Chestnut Technology Research Innovation
    Industrial Commerce Corporate Executive Enterprise Science Discovery Airport Turnpike Front
    Water Market State Court Broad High Second Third Fourth Fifth First Sixth Seventh Eighth
    Meadow Valley Prospect Summit Grove Orchard Liberty Union Central Pleasant Green School
    Lakeview Hickory Magnolia Sycamore Dogwood Laurel Birch Locust Mulberry Poplar Spruce Vine
    Winding Old_County Great_Hollow Post Country_Club Bay Harbor Ocean Beach Canyon Mesa Sierra
    Vista Pacific Atlantic Hamilton Monroe Harrison Grant Cleveland Lee Taylor Wilson Clark
    Kings Queens Fox Deer Eagle Hawk Quail Heritage Colonial Presidential Mount_Auburn Sand_Hill
    Telegraph Bridge Depot Tower Parkway Wall Canal Pearl Grand Boston Concord Lexington"""
)
STREET_TYPES: tuple[tuple[str, str], ...] = (
    ("Street", "St"),
    ("Avenue", "Ave"),
    ("Road", "Rd"),
    ("Drive", "Dr"),
    ("Boulevard", "Blvd"),
    ("Lane", "Ln"),
    ("Parkway", "Pkwy"),
    ("Court", "Ct"),
    ("Way", "Way"),
    ("Place", "Pl"),
    ("Circle", "Cir"),
    ("Highway", "Hwy"),
)

#: Parts of city names and how they are shortened.
SHORT_CITY_WORDS: tuple[tuple[str, str], ...] = (
    ("Saint ", "St "),
    ("Fort ", "Ft "),
    (" City", " Cty"),
    (" Springs", " Spgs"),
    (" Beach", " Bch"),
    ("North", "N "),
    ("South", "S "),
    (" Station", " Sta"),
    (" Park", " Pk"),
    ("Mount ", "Mt "),
)

#: Country codes (home first) and a city in each.
COUNTRIES: tuple[tuple[str, str], ...] = (
    ("USA", ""),
    ("CAN", "Toronto"),
    ("GBR", "London"),
    ("DEU", "Munich"),
    ("FRA", "Lyon"),
    ("JPN", "Osaka"),
    ("KEN", "Nairobi"),
    ("IND", "Pune"),
    ("AUS", "Perth"),
    ("MEX", "Monterrey"),
    ("KOR", "Busan"),
)
