/// Files made by a separate program: Python with hashlib and the cryptography package, over eleven
/// one-byte entries 0, 1, 2…
enum ProofFileVectors {
  static let vkey =
    "acme.example/provenance+0a232f78+AeZOqNbMQqbtrsJIFW0k+uhcp/3OQLzkbnGu0pFVyZMV"

  static let inclusion =
    """
    c2sp.org/tlog-proof@v1
    extra b3BhcXVl
    index 6
    Ls2Ka30oRVRmWa1M9ENTPPkhsZ3IH6g5NOg4IbTf3Lc=
    S4wSntFMziwIz8Z2bbf4zbEztfaYuN49WJDqf/fwqNE=
    m81RJAr0AFFo8DMSG6hb5abtTw5qX6wmIGZym4+/3ss=
    5LiUJy64i+0YMMvvgtHHruN2EqnnExpb3Qrhpujz/1A=

    acme.example/provenance
    11
    4XetWooXEI2tZ8cKUSZmgaoCueK3rWoDV1hbpCiZgqw=

    — acme.example/provenance CiMveNH1QCjTH3UuQOUpEyYD19Z99tKyn6WvSuvT4ALALnJn2X\
    LsKDrXbYsGpFUpB+ir+TNiChwY4ueJeaSgXS6Kyws=

    """

  static let consistency =
    """
    ledgerstone/consistency@v1
    S4wSntFMziwIz8Z2bbf4zbEztfaYuN49WJDqf/fwqNE=
    u7D+sy9kjHP+FwUYvOwfZ1rxt4DcI9b78wt0XByl+hE=
    m81RJAr0AFFo8DMSG6hb5abtTw5qX6wmIGZym4+/3ss=
    5LiUJy64i+0YMMvvgtHHruN2EqnnExpb3Qrhpujz/1A=

    acme.example/provenance
    6
    uzbn09TO5XIMvTI9AvqxWWLiuh2t9fj8bu70/WrQVqg=

    — acme.example/provenance CiMveH4LsbCKZ1n4N/Ldhgmt1IYqw5QwQ/qsnte675RiDBVuDq\
    ri5ATfkLjilBVv5grkbvIT25mmchqp34KVaZ37+gA=

    acme.example/provenance
    11
    4XetWooXEI2tZ8cKUSZmgaoCueK3rWoDV1hbpCiZgqw=

    — acme.example/provenance CiMveNH1QCjTH3UuQOUpEyYD19Z99tKyn6WvSuvT4ALALnJn2X\
    LsKDrXbYsGpFUpB+ir+TNiChwY4ueJeaSgXS6Kyws=

    """
}
