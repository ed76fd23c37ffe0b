/// The version of the library and its programs.
public enum LedgerstoneVersion {
  public static let text = "0.1.0"
}
