import FuzzBodies

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>, _ byteCount: Int) -> CInt {
  runBody("certificate", data, byteCount)
}
