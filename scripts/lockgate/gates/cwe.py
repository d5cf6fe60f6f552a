"""Why a weakness matters: what an attacker gains from it, one plain sentence for each CWE."""

_CODE = "An attacker who controls the text runs code of their own with the rights of this program."
_SCRIPT = "An attacker who controls the text runs script in the page as the user who looks at it."
_HIDDEN = "The code does not do what a reviewer sees."
_MEMORY = "Old contents of memory, which may be secrets, can leak."
_FORETOLD = "Who saw some of the numbers can foretell the others, and so tokens and passwords made of them."

WHY: dict[int, str] = {
    20: "A crafted document can read local files, reach internal hosts or use up all memory.",
    22: "An attacker who controls the name reads or writes files that were not meant.",
    78: "An attacker who controls the text runs commands of their own on the machine.",
    79: _SCRIPT,
    80: _SCRIPT,
    89: "An attacker who controls the text reads or changes whatever the database holds.",
    94: _CODE,
    95: _CODE,
    119: _MEMORY,
    155: "Whoever can put a file into the folder gives the command options that nobody meant.",
    208: "The time that the comparison takes tells how much of a guess is right.",
    250: "Whoever gets code to run there has all the rights of the program on the machine.",
    259: "Whoever can read the repository or its history can log in.",
    284: "Somebody without the right to do so can change how the program behaves.",
    295: "Anyone on the way can pretend to be the other side, and read and change what is sent.",
    319: "Anyone on the way can read and change what is sent.",
    326: "Anyone with enough computers can find the key, and then read or forge what it protects.",
    327: "An attacker can undo or forge what this is meant to protect.",
    330: _FORETOLD,
    338: _FORETOLD,
    346: "A page of another origin gets at what was meant for this one.",
    352: "A foreign page can send requests in the user's name.",
    377: "Another user of the machine can put a file or a link of theirs there first.",
    400: "One slow or hostile peer keeps a worker of the program busy for ever.",
    494: "Whoever can change what is downloaded runs code with the rights of this program.",
    502: "An attacker who controls the data runs code of their own while it is read.",
    605: "Everyone who can reach the machine by any of its networks can talk to the program.",
    703: "A failure passes unnoticed, and the program goes on in a state that nobody planned for.",
    732: "Other users of the machine can read the file, change it or run it.",
    829: _CODE,
    838: _HIDDEN,
    908: _MEMORY,
    1004: "Script in the page can read what is stored in such a cookie.",
    1007: _HIDDEN,
    1021: "The framed page can run script, open windows or send the user elsewhere.",
    1022: "The page that is opened can turn the page that it was opened from into a login form of its own.",
    1333: "A crafted input keeps the one thread of the program busy for minutes.",
}
