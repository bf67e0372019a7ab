"""Countries as addresses and phone numbers name them: ISO 3166 codes, calling codes, English names."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class Country:
    alpha2: str
    alpha3: str
    calling_code: str | None
    """None: numbers of this country are kept as they were typed."""
    name: str


@lru_cache(1024)
def find(text: str) -> Country | None:
    """The country that a code or an English name means."""
    return _BY_WORD.get(text.strip().casefold())


def e164(phone: str, alpha2: str | None) -> str:
    """The number as Pinpoint shows it: "+" and digits, where its country is known; else as it was typed."""
    digits = "".join(character for character in phone if character.isdigit())
    plain = all(character.isdigit() or character in "+-.()/ " for character in phone)
    if not plain or not digits:
        return phone
    if phone.lstrip().startswith("+"):
        return f"+{digits}"
    if digits.startswith("00"):
        return f"+{digits[2:]}"
    country = find(alpha2) if alpha2 is not None else None
    if country is None or country.calling_code is None:
        return phone
    # Italy is the one country here whose numbers keep their leading zero abroad.
    national = digits if country.alpha2 == "IT" else digits.removeprefix("0")
    return f"+{country.calling_code}{national}"


_TABLE = """
AD AND - Andorra
AE ARE 971 United Arab Emirates
AF AFG - Afghanistan
AG ATG - Antigua and Barbuda
AL ALB - Albania
AM ARM - Armenia
AO AGO - Angola
AR ARG 54 Argentina
AT AUT 43 Austria
AU AUS 61 Australia
AZ AZE - Azerbaijan
BA BIH - Bosnia and Herzegovina
BB BRB - Barbados
BD BGD 880 Bangladesh
BE BEL 32 Belgium
BF BFA - Burkina Faso
BG BGR 359 Bulgaria
BH BHR - Bahrain
BI BDI - Burundi
BJ BEN - Benin
BN BRN - Brunei Darussalam
BO BOL - Bolivia
BR BRA 55 Brazil
BS BHS - Bahamas
BT BTN - Bhutan
BW BWA - Botswana
BY BLR - Belarus
BZ BLZ - Belize
CA CAN 1 Canada
CD COD - Democratic Republic of the Congo
CF CAF - Central African Republic
CG COG - Republic of the Congo
CH CHE 41 Switzerland
CI CIV 225 Côte d'Ivoire
CL CHL 56 Chile
CM CMR 237 Cameroon
CN CHN 86 People's Republic of China
CO COL 57 Colombia
CR CRI - Costa Rica
CU CUB - Cuba
CV CPV - Cape Verde
CY CYP 357 Cyprus
CZ CZE 420 Czech Republic
DE DEU 49 Germany
DJ DJI - Djibouti
DK DNK 45 Denmark
DM DMA - Dominica
DO DOM - Dominican Republic
DZ DZA - Algeria
EC ECU - Ecuador
EE EST 372 Estonia
EG EGY 20 Egypt
ER ERI - Eritrea
ES ESP 34 Spain
ET ETH 251 Ethiopia
FI FIN 358 Finland
FJ FJI - Fiji
FM FSM - Federated States of Micronesia
FR FRA 33 France
GA GAB - Gabon
GB GBR 44 United Kingdom
GD GRD - Grenada
GE GEO - Georgia
GH GHA 233 Ghana
GM GMB - The Gambia
GN GIN - Guinea
GQ GNQ - Equatorial Guinea
GR GRC 30 Greece
GT GTM - Guatemala
GW GNB - Guinea-Bissau
GY GUY - Guyana
HK HKG 852 Hong Kong
HN HND - Honduras
HR HRV 385 Croatia
HT HTI - Haiti
HU HUN 36 Hungary
ID IDN 62 Indonesia
IE IRL 353 Republic of Ireland
IL ISR 972 Israel
IN IND 91 India
IQ IRQ - Iraq
IR IRN - Iran
IS ISL 354 Iceland
IT ITA 39 Italy
JM JAM - Jamaica
JO JOR 962 Jordan
JP JPN 81 Japan
KE KEN 254 Kenya
KG KGZ - Kyrgyzstan
KH KHM - Cambodia
KI KIR - Kiribati
KM COM - Comoros
KN KNA - Saint Kitts and Nevis
KP PRK - North Korea
KR KOR 82 South Korea
KW KWT 965 Kuwait
KZ KAZ - Kazakhstan
LA LAO - Laos
LB LBN 961 Lebanon
LC LCA - Saint Lucia
LI LIE - Liechtenstein
LK LKA 94 Sri Lanka
LR LBR - Liberia
LS LSO - Lesotho
LT LTU 370 Lithuania
LU LUX 352 Luxembourg
LV LVA 371 Latvia
LY LBY - Libya
MA MAR 212 Morocco
MC MCO - Monaco
MD MDA - Moldova
ME MNE - Montenegro
MG MDG - Madagascar
MH MHL - Marshall Islands
MK MKD - North Macedonia
ML MLI - Mali
MM MMR - Myanmar
MN MNG - Mongolia
MR MRT - Mauritania
MT MLT 356 Malta
MU MUS - Mauritius
MV MDV - Maldives
MW MWI - Malawi
MX MEX 52 Mexico
MY MYS 60 Malaysia
MZ MOZ - Mozambique
NA NAM - Namibia
NE NER - Niger
NG NGA 234 Nigeria
NI NIC - Nicaragua
NL NLD 31 Netherlands
NO NOR 47 Norway
NP NPL - Nepal
NR NRU - Nauru
NZ NZL 64 New Zealand
OM OMN - Oman
PA PAN - Panama
PE PER 51 Peru
PG PNG - Papua New Guinea
PH PHL 63 Philippines
PK PAK 92 Pakistan
PL POL 48 Poland
PS PSE - Palestine
PT PRT 351 Portugal
PW PLW - Palau
PY PRY - Paraguay
QA QAT 974 Qatar
RO ROU 40 Romania
RS SRB 381 Serbia
RU RUS - Russia
RW RWA - Rwanda
SA SAU 966 Saudi Arabia
SB SLB - Solomon Islands
SC SYC - Seychelles
SD SDN - Sudan
SE SWE 46 Sweden
SG SGP 65 Singapore
SI SVN 386 Slovenia
SK SVK 421 Slovakia
SL SLE - Sierra Leone
SM SMR - San Marino
SN SEN 221 Senegal
SO SOM - Somalia
SR SUR - Suriname
ST STP - São Tomé and Príncipe
SV SLV - El Salvador
SY SYR - Syria
SZ SWZ - Eswatini
TD TCD - Chad
TG TGO - Togo
TH THA 66 Thailand
TJ TJK - Tajikistan
TL TLS - East Timor
TM TKM - Turkmenistan
TN TUN 216 Tunisia
TO TON - Tonga
TR TUR 90 Turkey
TT TTO - Trinidad and Tobago
TV TUV - Tuvalu
TW TWN 886 Taiwan
TZ TZA 255 Tanzania
UA UKR 380 Ukraine
UG UGA 256 Uganda
US USA 1 United States
UY URY - Uruguay
UZ UZB - Uzbekistan
VA VAT - Vatican City
VC VCT - Saint Vincent and the Grenadines
VE VEN - Venezuela
VN VNM 84 Vietnam
VU VUT - Vanuatu
WS WSM - Samoa
YE YEM - Yemen
ZA ZAF 27 South Africa
ZM ZMB - Zambia
ZW ZWE - Zimbabwe
"""

_ALIASES = {
    "USA": "US",
    "United States of America": "US",
    "UK": "GB",
    "Great Britain": "GB",
    "Czechia": "CZ",
    "The Netherlands": "NL",
    "Ivory Coast": "CI",
}


def _table() -> dict[str, Country]:
    by_word: dict[str, Country] = {}
    for line in _TABLE.strip().splitlines():
        alpha2, alpha3, calling_code, name = line.split(" ", 3)
        country = Country(alpha2, alpha3, None if calling_code == "-" else calling_code, name)
        by_word.update({word.casefold(): country for word in (alpha2, alpha3, name)})
    by_word.update({alias.casefold(): by_word[alpha2.casefold()] for alias, alpha2 in _ALIASES.items()})
    return by_word


_BY_WORD = _table()
