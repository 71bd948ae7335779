"""General words that names, titles and addresses are made of, the frequent ones first.

The lists are ordinary English, trade words and widespread family names; their order is their rank,
from which a Zipf law draws. Nothing here is a list of existing organisations.
"""

from __future__ import annotations


def words(text: str) -> tuple[str, ...]:
    """The words of a text, in their order."""
    return tuple(text.split())


#: Last words of a technology firm's name: "... Technologies".
KINDS = words(
    """Technologies Systems Technology Research Engineering Solutions Labs Sciences Scientific
    Group Associates Laboratories Dynamics Analytics Innovations Industries Instruments Services
    Devices Consulting Design Concepts Products Development Enterprises Therapeutics Diagnostics
    Works Company International Networks Biosciences Ventures Partners Holdings Designs Studios
    Institute Applications Innovation Laboratory Sensors Pharmaceuticals Controls Analysis
    Consultants Manufacturing Components Methods Integration Tech Resources Materials Logic
    Interactive Software Electronics Studio Collaborative Federal Limited Operations Foundry
    Ideas Machines Tools Worldwide Developments Alliance Center"""
)

#: Fields of work: "Applied ... Systems".
FIELDS = words(
    """Photonics Materials Optics Robotics Aerospace Software Energy Defense Space Optical Sensors
    Imaging Power Medical Composites Quantum Propulsion Microwave Electronics Health Security
    Information Data Communications Computing Biomedical Acoustics Laser Ocean Physical Nano
    Semiconductor Wireless Combustion Environmental Ceramics Flow Thermal Structural Aviation
    Genomics Plasma Signal Network Vision Control Analytics Cyber Learning Radar Fusion Solar
    Battery Hydrogen Polymer Polymers Coatings Surface Crystal Fiber Image Digital Micro Bio
    Diagnostics Pharma Immuno Vaccine Tissue Cell Protein Peptide Gene Molecular Cognitive Neural
    Human Training Simulation Modeling Numerics Physics Chemistry Chemical Process Catalyst
    Membrane Filtration Water Air Climate Weather Ecology Soil Crop Food Agriculture Aquaculture
    Marine Undersea Underwater Maritime Naval Flight Rocket Satellite Orbital Launch Payload
    Vehicle Mobility Transport Rail Highway Traffic Logistics Manufacturing Machining Additive
    Metals Alloys Titanium Silicon Graphene Carbon Diamond Magnetic Magnetics Superconductor
    Cryogenic Vacuum Spectral Spectroscopy Infrared Ultraviolet Terahertz Photon Lightwave Beam
    Wave Antenna Circuit Circuits Microsystems Microelectronics Embedded Firmware Cloud Mobile
    Web Video Audio Speech Language Knowledge Decision Intelligence Machine Autonomy Drone
    Unmanned Automation Motion Sensor Sensing Measurement Metrology Inspection Testing Test
    Safety Rescue Fire Protective Ballistics Armor Ordnance Explosives Detection Forensics
    Biometrics Identity Encryption Cardio Cardiac Neuro Ortho Dental Ophthalmic Hearing Surgical
    Device Implant Prosthetics Rehab Wellness Nutrition Aging Pediatric Oncology Toxicology
    Antibody Enzyme Assay Stem Biofuel Biomass Wind Geothermal Nuclear Fusionware Grid Storage
    Turbine Engine Gear Bearing Lubricant Vibration Shock Noise Sonar Hydro Hydraulic Pneumatic
    Textile Fabric Packaging Wood Paper Mining Drilling Petroleum Pipeline Geophysical Seismic
    Mapping Geospatial Navigation Timing Clock Education Game Reality Display Printing Color"""
)

#: First words of descriptive names.
ADJECTIVES = words(
    """Advanced Applied Integrated American Innovative Intelligent Global Precision Technical
    General National Pacific United Scientific Universal Adaptive Strategic Analytical Creative
    Custom Modern Dynamic Smart Rapid Digital Virtual Active Interactive Assured Atlantic
    Automated Combined Complete Complex Computational Continuous Convergent Critical Discrete
    Distributed Efficient Electro Emerging Engineered Essential Experimental Federal First
    Flexible Functional Future Genetic Green High Hybrid Independent Industrial Infinite
    International Lightweight Linear Mission Mobile Modular Multi New Next Nonlinear Northern
    Optimal Organic Parallel Perceptual Premier Prime Progressive Pure Quality Reliable Remote
    Renewable Resilient Responsive Robust Secure Select Sigma Southern Special Stable Superior
    Sustainable Synthetic Systematic Total Trusted Ultra Unified Vertical Visual Western Eastern
    Central Professional Continental Allied Superior Coastal Metro Regional Standard Direct"""
)

#: Common words that firms take for their sound.
BRANDS = words(
    """Blue River Star Eagle Black Red Summit Peak Vista Nova Stone Silver Phoenix Titan Apex
    Orion Falcon Hawk Sky Sun Moon Cedar Oak Pine Maple Lake Ocean Bay Harbor Bridge Gate Castle
    Iron Steel Copper Gold Crystal Clear Bright Light Spark Fire Thunder Storm Lightning North
    South East West Compass Pilot Anchor Beacon Lighthouse Arrow Shield Sword Lance Knight Crown
    Royal Noble Liberty Patriot Freedom Pioneer Frontier Horizon Pathfinder Trail Ridge Canyon
    Mesa Valley Prairie Desert Tundra Glacier Alpine Cascade Rapid Stream Spring Meadow Field
    Garden Rose Lotus Ivy Willow Birch Elm Aspen Sage Juniper Magnolia Laurel Clover Thistle
    Bear Wolf Fox Lion Tiger Panther Jaguar Cobra Viper Raven Owl Osprey Heron Swift Condor
    Dolphin Shark Orca Marlin Turtle Beaver Badger Bison Buffalo Mustang Stallion Ram Bull Elk
    Moose Stag Mantis Hornet Bee Spider Dragonfly Butterfly Atlas Apollo Athena Hermes Hera
    Jupiter Saturn Mars Mercury Venus Neptune Pluto Poseidon Zeus Helios Triton Odyssey Argo
    Genesis Omega Alpha Delta Gamma Sigma Kappa Lambda Theta Zeta Vector Matrix Tensor Scalar
    Vertex Axis Helix Spiral Circle Square Triangle Cube Prism Sphere Orbit Zenith Nexus Focus
    Fusion Catalyst Element Atom Ion Proton Neutron Electron Photon Quark Pulse Echo Signal
    Tempo Rhythm Harmony Melody Chorus Aria Sonata Opus Canvas Mosaic Pixel Vivid Lumen Aura
    Halo Corona Aurora Solstice Equinox Eclipse Comet Meteor Galaxy Nebula Cosmos Stellar Luna
    Terra Aqua Vita Vox Lux Magna Nautilus Cardinal Keystone Cornerstone Capstone Milestone
    Landmark Monument Pinnacle Paragon Vanguard Sentinel Guardian Ranger Scout Rover Voyager
    Navigator Explorer Trident Corsair Galleon Clipper Schooner Mayflower Endeavor Discovery
    Victory Triumph Quest Venture Pursuit Momentum Velocity Gravity Inertia Kinetic Impact
    Leverage Pivot Fulcrum Foundation Pillar Arch Tower Forge Anvil Hammer Mill Works Shop Yard
    Dock Wharf Pier Island Isle Reef Lagoon Delta Cove Point Cape Crest Bluff Cliff Hill Mountain
    Rock Granite Marble Slate Flint Amber Jade Ruby Sapphire Emerald Opal Pearl Onyx Cobalt Zinc
    Ember Ash Flame Blaze Torch Lantern Candle Window Door Key Lock Vault Hat Boot Saddle Wagon
    Wheel Gear Spring Lever Second Third Century Millennium Front Edge Core Hub Node Link Chain
    Mile Two One Three Four Five Seven Ten Hundred True Real Open Free Simple Easy Fast Quick"""
)

#: Trades of ordinary businesses.
TRADES = words(
    """Construction Services Solutions Enterprises Consulting Management Properties Holdings Group
    Company Medical Transportation Trucking Electric Contracting Logistics Supply Associates
    Industries Plumbing Landscaping Roofing Farms Builders Design Development Contractors
    Investments Security Painting Cleaning Motors Auto Health Healthcare Dental Pharmacy Insurance
    Realty Foods Restaurant Catering Hotel Hospitality Travel Media Marketing Printing Graphics
    Communications Electronics Equipment Rental Rentals Tools Machine Fabrication Welding Steel
    Metals Lumber Concrete Paving Excavating Drilling Environmental Engineering Surveying Mapping
    Architects Architecture Interiors Flooring Tile Glass Windows Doors Cabinets Furniture Floral
    Nursery Gardens Orchards Ranch Cattle Dairy Seafood Fisheries Grain Feed Seed Fertilizer Oil
    Gas Fuel Propane Energy Solar Power Lighting Heating Cooling Refrigeration Mechanical
    Automotive Towing Tire Parts Marine Boats Aviation Air Freight Shipping Moving Storage
    Warehouse Packaging Wholesale Distributors Distribution Imports Exports Trading Sales
    Products Manufacturing Plastics Chemicals Labs Pharmaceuticals Optical Vision Hearing Therapy
    Rehab Counseling Nursing Hospice Homecare Staffing Training Learning Tutoring Childcare
    Fitness Wellness Yoga Dance Music Photography Video Film Studios Productions Entertainment
    Events Sports Golf Fishing Outdoors Sporting Guns Jewelry Apparel Fashion Shoes Textiles
    Laundry Cleaners Salon Spa Barber Pets Veterinary Animal Kennels Bakery Coffee Brewing Winery
    Vineyards Pizza Grill Market Grocery Capital Financial Advisors Accounting Tax Bookkeeping
    Law Legal Title Mortgage Lending Credit Bank Software Technologies Systems Networks Computers
    Data Digital Web Telecom Wireless Cable Internet Research Analytics Partners Ventures
    International Global Exchange Express Courier Delivery Sanitation Recycling Waste Demolition
    Restoration Remodeling Homes Housing Apartments Towers Plaza Center Resort Camp"""
)

#: What non-profit bodies are for and called.
CAUSES = words(
    """Community Family Youth Children Veterans Health Education Arts Christian Senior Animal
    Housing Hope Heritage Historical Scholarship Rescue Music Science Recovery Wildlife Literacy
    Justice Peace Faith Outreach Hunger Cancer Autism Disability Womens Mens Hispanic African
    Native Indian Jewish Islamic Catholic Lutheran Methodist Baptist Civic Cultural Economic
    Environmental Conservation Land River Watershed Garden Library Museum Theatre Symphony Ballet
    Film Soccer Baseball Football Hockey Swim Ski Rowing Running Athletic Booster Parent Teacher
    Alumni Nursing Medical Dental Mental Behavioral Adoption Foster Shelter Homeless Food Legal"""
)
BODIES = words(
    """Foundation Association Center Society Club Services Council Fund Trust Alliance Ministries
    Network Coalition Institute Project Partnership League Corporation Initiative Program Mission
    Federation Academy Auxiliary Committee Cooperative Collaborative Organization Guild Exchange"""
)
SAINTS = words(
    """Mary John Joseph Paul Peter James Luke Mark Andrew Michael Thomas Francis Anthony Patrick
    Stephen Matthew Elizabeth Anne Catherine Vincent Charles Agnes Rose Clare Martin"""
)
FAITHS = words(
    """Baptist Methodist Lutheran Presbyterian Episcopal Catholic Pentecostal Apostolic Holiness
    Community Bible Christian Missionary Evangelical Orthodox Covenant Grace Calvary Bethel Zion"""
)

#: Family names, the widespread first, and given names.
SURNAMES = words(
    """Smith Johnson Williams Brown Jones Garcia Miller Davis Rodriguez Martinez Hernandez Lopez
    Gonzalez Wilson Anderson Thomas Taylor Moore Jackson Martin Lee Perez Thompson White Harris
    Sanchez Clark Ramirez Lewis Robinson Walker Young Allen King Wright Scott Torres Nguyen Hill
    Flores Green Adams Nelson Baker Hall Rivera Campbell Mitchell Carter Roberts Gomez Phillips
    Evans Turner Diaz Parker Cruz Edwards Collins Reyes Stewart Morris Morales Murphy Cook Rogers
    Gutierrez Ortiz Morgan Cooper Peterson Bailey Reed Kelly Howard Ramos Kim Cox Ward Richardson
    Watson Brooks Chavez Wood James Bennett Gray Mendoza Ruiz Hughes Price Alvarez Castillo
    Sanders Patel Myers Long Ross Foster Jimenez Powell Jenkins Perry Russell Sullivan Bell
    Coleman Butler Henderson Barnes Fisher Vasquez Simmons Romero Jordan Patterson Alexander
    Hamilton Graham Reynolds Griffin Wallace Moreno West Cole Hayes Bryant Herrera Gibson Ellis
    Tran Medina Aguilar Stevens Murray Ford Castro Marshall Owens Harrison Fernandez McDonald
    Woods Washington Kennedy Wells Vargas Henry Chen Freeman Webb Tucker Guzman Burns Crawford
    Olson Simpson Porter Hunter Gordon Mendez Silva Shaw Snyder Mason Dixon Munoz Hunt Hicks
    Holmes Palmer Wagner Black Robertson Boyd Rose Stone Salazar Fox Warren Mills Meyer Rice
    Schmidt Garza Daniels Ferguson Nichols Stephens Soto Weaver Ryan Gardner Payne Grant Dunn
    Kelley Spencer Hawkins Arnold Pierce Hansen Peters Santos Hart Bradley Knight Elliott
    Cunningham Duncan Armstrong Hudson Carroll Lane Riley Andrews Alvarado Ray Delgado Berry
    Perkins Hoffman Johnston Matthews Pena Richards Contreras Willis Carpenter Lawrence Sandoval
    Guerrero George Chapman Rios Estrada Ortega Watkins Greene Nunez Wheeler Valdez Harper Burke
    Larson Santiago Maldonado Morrison Franklin Carlson Austin Dominguez Carr Lawson Jacobs
    Obrien Lynch Singh Vega Bishop Montgomery Oliver Jensen Harvey Williamson Gilbert Dean Sims
    Espinoza Howell Li Wong Reid Hanson Le McCoy Garrett Burton Fuller Wang Weber Welch Rojas
    Lucas Marquez Fields Park Yang Little Banks Padilla Day Walsh Bowman Schultz Luna Fowler"""
)
GIVEN = words(
    """James Mary Robert Patricia John Jennifer Michael Linda David Elizabeth William Barbara
    Richard Susan Joseph Jessica Thomas Sarah Charles Karen Christopher Lisa Daniel Nancy Matthew
    Betty Anthony Margaret Mark Sandra Donald Ashley Steven Kimberly Paul Emily Andrew Donna
    Joshua Michelle Kenneth Carol Kevin Amanda Brian Dorothy George Melissa Timothy Deborah
    Ronald Stephanie Edward Rebecca Jason Sharon Jeffrey Laura Ryan Cynthia Jacob Kathleen Gary
    Amy Nicholas Angela Eric Shirley Jonathan Anna Stephen Brenda Larry Pamela Justin Emma Scott
    Nicole Brandon Helen Benjamin Samantha Samuel Katherine Gregory Christine Alexander Debra
    Frank Rachel Patrick Carolyn Raymond Janet Jack Catherine Dennis Maria Jerry Heather Tyler
    Diane Aaron Ruth Jose Julie Adam Olivia Nathan Joyce Henry Virginia Douglas Victoria Zachary
    Kelly Peter Lauren Kyle Christina Wei Priya Ravi Ming Elena Dmitri Yuki Ahmed Fatima Ingrid"""
)

#: Beginnings, middles and ends of coined words: "Nano" + "ra" + "tek".
ROOTS = words(
    """nano opto bio cyber aero photo micro geo hydro therm quant neur gen vir cel acu ada adva
    aeri agil alg alti amb ampl ana anthro aqua arc art astr atm aud aur aut axi bal bas bel bri
    cal cap car cat cent chem chron cir clar clin cog col com con cor cos cre cry cum cyt dat del
    dex dia dig dyn eco elec elem emb ener ent epi equi eth evo exo fab fer fib flex flu foc form
    frac gal gam glob glyc grav gyr hal hel hex holo hum hyp imm inf inn int ion iso kin lab lam
    laz lex lig lim log luc lum lun mag mar mat mech med mem met mol mon morph mot mult myo nav
    neo net nex nim nov nuc ocu omni onc onto orb org ortho osc oxy pan par path pent per phas
    phys pix plas pol pos pre prim pro prot psi puls quad rad ray rec red rem res rib rob sci sec
    sem sen ser sig sil sim sol son spec sphe sta ster stra struc sub sur syn tac tech tel temp
    tens ter tetra tor trans tri tru turb ult uni val vap vec vel ver vet vid vis vit viv vol vor
    vox wav xen zen zym"""
)
ENDINGS = words(
    """tek tech ix on ia ics gen sys wave soft dyne tron scan logic path metrics is us um ex ent
    ity ium ara ora ena ica ova ent ant al ar or er yx yte ase ene ide ine ite oid ome one ose
    ware sense sight scope span sphere stream works lab net link logix max med mind nova pro pulse
    quest ray star tex tera therm trak tronics vance vant verse via view vista vita vue x zyme co
    do go la ly ma na ra ta va za rix lux nex plex flex trix phor cor con dex dyn bot base bit
    cast cell core craft dot edge fab field force form front fuse gate graph grid hub jet key"""
)
ONSETS = words(
    """b br c ch cl cr d dr f fl fr g gl gr h j k kr l m n p ph pl pr qu r s sc sh sk sl sp st
    str t th tr v w x z"""
)
VOWELS = words("a e i o u a e i o a e i o ea ou io ei y")
CODAS = ("", "", "", "", "l", "n", "r", "s", "t", "m", "x", "nd", "nt", "rt", "k", "v")
NAME_ENDS = words(
    """son man berg er ski ez ini wicz ton ley sen stein mann burg ard ell ett ham field ford ov
    enko ak ic os as is ian yan ara ura oto ota eda awa ang ong eau ier ault ette ano ello isi"""
)

#: Canonical word: its other spellings. The first is the most usual one.
ABBREVIATIONS: dict[str, tuple[str, ...]] = {
    "Technologies": ("Tech", "Technol", "Techs"),
    "Technology": ("Tech", "Technol", "Techn"),
    "Systems": ("Sys", "Syst", "Syss"),
    "International": ("Intl", "Int'l", "Internat'l"),
    "Laboratories": ("Labs", "Lab", "Labortories"),
    "Laboratory": ("Lab", "Labs"),
    "Engineering": ("Engr", "Engrg", "Eng", "Engineers"),
    "Engineered": ("Engrd",),
    "Research": ("Rsch", "Res"),
    "Associates": ("Assoc", "Assocs", "Assoc."),
    "Association": ("Assn", "Assoc", "Asso"),
    "Solutions": ("Solns", "Sol", "Solution"),
    "Services": ("Svcs", "Svc", "Serv"),
    "Sciences": ("Sci", "Scis"),
    "Scientific": ("Sci", "Scientif"),
    "Science": ("Sci",),
    "Group": ("Grp",),
    "Industries": ("Inds", "Ind", "Indus"),
    "Industrial": ("Indl", "Ind"),
    "Instruments": ("Instr", "Instrum"),
    "Manufacturing": ("Mfg", "Mfg.", "Manuf"),
    "Development": ("Dev", "Devt", "Dev."),
    "Electronics": ("Elec", "Electr"),
    "Electric": ("Elec",),
    "Aerospace": ("Aero",),
    "Communications": ("Comm", "Comms"),
    "Consulting": ("Cons", "Consltg"),
    "Consultants": ("Consltnts", "Cons"),
    "Applications": ("Appl", "Applics"),
    "Applied": ("Appl",),
    "Advanced": ("Adv", "Advncd"),
    "Integrated": ("Intgrtd", "Integ"),
    "Innovations": ("Innov",),
    "Innovative": ("Innov",),
    "American": ("Amer", "Amrcn"),
    "National": ("Natl", "Nat'l"),
    "General": ("Gen", "Genl"),
    "Technical": ("Tech", "Techl"),
    "Materials": ("Matls", "Mtls"),
    "Medical": ("Med",),
    "Biomedical": ("Biomed",),
    "Environmental": ("Env", "Envir", "Environ"),
    "Products": ("Prods", "Prod"),
    "Enterprises": ("Entrprs", "Ent"),
    "Management": ("Mgmt", "Mgt"),
    "Computing": ("Comp",),
    "Information": ("Info",),
    "Pharmaceuticals": ("Pharma", "Pharm"),
    "Holdings": ("Hldgs",),
    "Institute": ("Inst",),
    "University": ("Univ", "Univ."),
    "Center": ("Ctr", "Centre"),
    "Health": ("Hlth",),
    "Hospital": ("Hosp",),
    "Department": ("Dept",),
    "County": ("Cnty", "Co"),
    "School": ("Sch",),
    "District": ("Dist",),
    "Foundation": ("Fdn", "Found"),
    "Construction": ("Const", "Constr"),
    "Transportation": ("Transp", "Trans"),
    "Contracting": ("Contr",),
    "Distributors": ("Dist",),
    "Community": ("Comm",),
    "Company": ("Co",),
    "Pacific": ("Pac",),
    "Southern": ("So",),
    "Northern": ("No",),
    "Security": ("Sec",),
    "Software": ("Sftwr", "SW"),
    "Partners": ("Ptnrs",),
    "Analytics": ("Anlytcs",),
    "Analysis": ("Anal",),
    "Computational": ("Comp",),
    "Mechanical": ("Mech",),
    "and": ("&", "and", "&"),
    "Saint": ("St", "St."),
    "Mount": ("Mt",),
}

#: Words that can also stand in singular or plural: what a near twin changes.
PLURALS: tuple[tuple[str, str], ...] = (
    ("Technologies", "Technology"),
    ("Systems", "System"),
    ("Laboratories", "Laboratory"),
    ("Solutions", "Solution"),
    ("Sensors", "Sensor"),
    ("Sciences", "Science"),
    ("Materials", "Material"),
    ("Designs", "Design"),
    ("Innovations", "Innovation"),
    ("Dynamics", "Dynamic"),
    ("Products", "Product"),
    ("Concepts", "Concept"),
    ("Instruments", "Instrument"),
    ("Services", "Service"),
    ("Polymers", "Polymer"),
    ("Circuits", "Circuit"),
    ("Networks", "Network"),
    ("Partners", "Partner"),
)

#: Small words of names, and numbers that tell siblings apart.
SMALL_WORDS = (
    *("&", "and", "of", "the", "for", "at", "in", "on", "The", "City", "Town", "County", "Village"),
    *("State", "University", "College", "School", "District", "High", "Elementary", "Middle"),
    *("Public", "Schools", "Unified", "Independent", "Board", "Education", "Department", "Water"),
    *("Authority", "Fire", "Township", "Church", "God", "Christ", "Saint", "First", "Friends"),
    *("American", "Legion", "Post", "Rotary", "Lions", "VFW", "PTA", "Regents", "Trustees"),
    *("System", "Memorial", "Hospital", "Medical", "Center", "Clinic", "Farm", "Farms", "Ranch"),
    *("Sons", "Brothers", "MD", "DDS", "DVM", "CPA", "II", "III", "IV", "USA", "America", "Street"),
    *("Avenue", "Operating", "Realty", "Owner", "Housing", "Local", "Mount", "Institute", "Group"),
    *("Technical", "Community", "Tribe", "Nation", "Estate", "Trust", "Family", "Acquisition"),
)
