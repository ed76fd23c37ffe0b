/// `1 record`, `2 records`, `2 bodies`: a count and its noun, for messages.
package func counted(_ count: some BinaryInteger, _ noun: String) -> String {
  if count == 1 { return "1 \(noun)" }
  return noun.hasSuffix("y") ? "\(count) \(noun.dropLast())ies" : "\(count) \(noun)s"
}
