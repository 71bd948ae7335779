"""The words of firm names: which carry no meaning, which end a name, which are spelled shorter."""

from __future__ import annotations

import polars as pl

#: Words that neither tell firms apart nor belong to a key.
STOP_WORDS = frozenset({"AND", "THE", "OF", "FOR"})

#: Legal designators by family; a name's family is weak evidence, its spelling none.
DESIGNATORS: dict[str, int] = {
    **dict.fromkeys(["INC", "INCORPORATED", "INCORP", "INCORPORATION", "INCORPOR"], 1),
    **dict.fromkeys(["CORP", "CORPORATION", "CORPORATIO", "CORPORATI", "CORPORAT"], 1),
    **dict.fromkeys(["LLC", "LC", "PLLC", "LLLC"], 2),
    **dict.fromkeys(["CO", "COMPANY", "COMPAN", "COMPANIES", "COS"], 3),
    **dict.fromkeys(["LTD", "LIMITED", "LIMITE", "LTDA", "PLC", "PTY", "PTE"], 4),
    **dict.fromkeys(["LP", "LLP", "LLLP", "PARTNERSHIP"], 5),
    **dict.fromkeys(["PC", "PA", "PSC", "APC", "CHARTERED", "CHTD"], 6),
    **dict.fromkeys(["GMBH", "BV", "NV", "AG", "SA", "SARL", "SAS", "SRL", "SPA", "OY", "AB"], 7),
}

#: Usual abbreviations, each with the singular of the word it stands for.
ABBREVIATIONS: dict[str, str] = {
    short: full
    for full, shorts in {
        "TECHNOLOGY": "TECH TECHNOL TECHNOLO TECHNOLOG TECHN TECHNO TEKNOLOGY",
        "TECHNICAL": "TECHNL TECHNCL",
        "INTERNATIONAL": "INTL INTERNATL INTERNAT INTERNL INTRNTL INTNL INT",
        "NATIONAL": "NATL NAT",
        "LABORATORY": "LAB LABRATORY LABORATORIE LABTORY",
        "SOFTWARE": "SW SFTWR SOFTW",
        "SYSTEM": "SYS SYST SYSTM SYSTEMES",
        "ENGINEERING": "ENGR ENGRG ENG ENGG ENGINEERIN ENGINEER ENGNRNG",
        "MANUFACTURING": "MFG MANUF MANUFACTURIN MANUFACT MFGR MANUFACTURER",
        "ASSOCIATE": "ASSOC ASSN ASSO ASSC ASSCS",
        "ASSOCIATION": "ASSOCIATIO",
        "UNIVERSITY": "UNIV UNIVERSIT UNIVER",
        "SERVICE": "SVC SVCS SERV SRVC SERVIC",
        "SOLUTION": "SOLN SOLNS SOLUTIO SOL SOLS",
        "RESEARCH": "RES RESRCH RSCH RESEARC RESEAR",
        "DEVELOPMENT": "DEV DEVEL DEVELOPMEN DEVELOPMT DEVT",
        "SCIENCE": "SCI SCIENC",
        "SCIENTIFIC": "SCIENTIF SCIEN",
        "INDUSTRY": "IND INDS INDUST INDUSTR",
        "INDUSTRIAL": "INDL INDUSTL",
        "PRODUCT": "PROD PRODS",
        "MANAGEMENT": "MGMT MGT MNGMT MANAGEMEN MGMNT",
        "GROUP": "GRP",
        "COMMUNICATION": "COMM COMMUN COMMS COMMUNICATIO",
        "ELECTRONIC": "ELEC ELECTR ELECTRON ELEX",
        "ENVIRONMENTAL": "ENV ENVIRON ENVIR ENVIRONMENTA",
        "ENTERPRISE": "ENT ENTR ENTRPRS ENTERPRIS",
        "MEDICAL": "MED MEDCL",
        "PHARMACEUTICAL": "PHARM PHARMA PHARMACEUT PHARMACEUTIC",
        "BIOTECHNOLOGY": "BIOTECH BIOTECHNOL",
        "NANOTECHNOLOGY": "NANOTECH",
        "AEROSPACE": "AERO AEROSP",
        "INSTRUMENT": "INSTR INSTRUM INSTRMT",
        "INSTITUTE": "INST INSTITUT",
        "CENTER": "CTR CENTRE CNTR",
        "DEPARTMENT": "DEPT",
        "FOUNDATION": "FDN FOUND FNDTN",
        "GOVERNMENT": "GOVT",
        "CONSULTING": "CONSLT CONSULT CONSLTG",
        "AMERICAN": "AMER",
        "BROTHER": "BROS",
        "ADVANCED": "ADV ADVANC ADVD",
        "APPLIED": "APPL",
        "COMPUTER": "COMP COMPTR COMPUT",
        "INFORMATION": "INFO INFORMATIO",
        "MATERIAL": "MATL MATLS MATRL",
        "PHYSIC": "PHYS",
        "OPTICAL": "OPT",
        "DIAGNOSTIC": "DIAG DIAGN",
        "THERAPEUTIC": "THERAP",
        "DESIGN": "DSGN",
        "DYNAMIC": "DYN",
        "ANALYSI": "ANAL ANALYSIS ANALYSE ANALYSES",
        "SAINT": "ST",
        "MOUNT": "MT",
        "FORT": "FT",
    }.items()
    for short in shorts.split()
}


def canonical(words: pl.Series) -> pl.Series:
    """One spelling for each word, its abbreviations and its plural.

    >>> canonical(pl.Series(["LABS", "LABORATORIES", "SYSTEMS", "GLASS"])).to_list()
    ['LABORATORY', 'LABORATORY', 'SYSTEM', 'GLASS']
    """
    word = pl.col("word")
    length = word.str.len_chars()
    before = word.str.slice(0, length - 1)
    plural = word.str.ends_with("S") & (
        ~before.str.contains("[SUI]$") | before.is_in(list(ABBREVIATIONS))
    )
    singular = (
        pl.when((length > 4) & word.str.ends_with("IES"))
        .then(word.str.slice(0, length - 3) + "Y")
        .when((length > 3) & plural)
        .then(before)
        .otherwise(word)
    )
    full = pl.when(word.is_in(list(ABBREVIATIONS))).then(word).otherwise(singular)
    return pl.DataFrame({"word": words}).select(full.replace(ABBREVIATIONS)).to_series()
