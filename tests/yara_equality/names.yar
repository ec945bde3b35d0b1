/* Rules that look at the name of a file. */
rule name_shell { strings: $a = "the" condition: filename == "sample.txt" and $a }
rule name_path { condition: filepath contains "/home" and extension == ".txt" and filesize < 10KB }
rule name_owner_mz { condition: owner == "root" and uint16(0) == 0x5A4D }
private rule name_private { condition: extension matches /\.t[xy]t/ }
rule name_linked { condition: name_private and filesize < 2KB }
rule name_free { strings: $a = "license" nocase condition: #a > 10 }
