/* A global rule rules the whole file. */
global rule only_between { condition: filesize > 100 and filesize < 2MB }
global private rule no_gzip { condition: uint16(0) != 0x8B1F }
rule under_global { strings: $a = "GNU" condition: $a }
rule under_global_mz { condition: uint16(0) == 0x5A4D }
rule under_global_large { condition: filesize > 1 }
