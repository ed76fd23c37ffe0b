/// Replaces what differs from run to run, and nothing else:
///
/// | in the output | becomes |
/// |---|---|
/// | the test's own folder | `$DIR` |
/// | the value of `recordedTime` | `TIME` |
/// | 64, 32 hexadecimal digits | `HASH`, `LEDGERID` |
/// | eight digits and 44 of base64 behind a key's name | `+KEYID+KEY` |
/// | 43 of base64 and `=` alone on a line | `ROOT` |
/// | the base64 of a signature line | `SIGNATURE` |
/// | the number before ` bytes` | `N` |
/// | the process id behind `pid ` | `PID` |
///
/// Byte counts vary because salts and hashes, which are random, compress differently.
enum Normal {
  static func text(_ text: String, in folder: String) -> String {
    var text = text.replacing(folder, with: "$DIR")
    text.replace(
      #/"recordedTime":( ?)"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\.[0-9]{6}Z"/#
    ) {
      "\"recordedTime\":\($0.output.1)\"TIME\""
    }
    text.replace(#/\+[0-9a-f]{8}\+[A-Za-z0-9+\/]{44}/#, with: "+KEYID+KEY")
    text.replace(#/\b[0-9a-f]{64}\b/#, with: "HASH")
    text.replace(#/\b[0-9a-f]{32}\b/#, with: "LEDGERID")
    text.replace(#/(?m)^— ([^ \n]+) [A-Za-z0-9+\/=]+$/#) { "— \($0.output.1) SIGNATURE" }
    text.replace(#/(?m)^[A-Za-z0-9+\/]{43}=$/#, with: "ROOT")
    text.replace(#/\b[0-9]+ bytes\b/#, with: "N bytes")
    text.replace(#/pid [0-9]+/#, with: "pid PID")
    return text
  }
}
