/// What every fuzz executable calls: its input as an array, given to the body of its name.
///
/// - Parameter data: `byteCount` bytes, valid during the call.
public func runBody(_ name: String, _ data: UnsafePointer<UInt8>, _ byteCount: Int) -> CInt {
  let bytes = unsafe Array(UnsafeBufferPointer(start: data, count: byteCount))
  guard name != "canary" else { return canary(bytes) }
  guard let body = FuzzBody.named(name) else { fail("no body is called \(name)") }
  body.run(bytes)
  return 0
}

/// Fails on one input that a fuzzer finds within seconds: if it is not found, nothing is.
func canary(_ bytes: [UInt8]) -> CInt {
  let secret = Array("LST!".utf8)
  require(bytes.count < 4 || Array(bytes.prefix(4)) != secret, "the canary was found")
  return 0
}
