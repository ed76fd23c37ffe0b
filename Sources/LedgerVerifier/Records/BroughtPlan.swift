internal import LedgerCryptography
internal import LedgerFormat
internal import MerkleLog

/// An erasure plan that a restore put under `erased/`: the header of a record which the ledger no
/// longer has, and the proof that its key signed it.
struct BroughtPlan {
  /// Of the header's file, for findings.
  var file: String
  var record: UInt64
  var recordedTime: Timestamp
  var content: RecordContent
  var proof: InclusionProofFile

  /// Why the files are no such plan.
  struct Fault: Error {
    var reason: String
  }

  static func headerPath(_ record: UInt64) -> String { "erased/\(record).entry" }
  static func proofPath(_ record: UInt64) -> String { "erased/\(record).proof" }

  /// The record that a file under `erased/` is about.
  static func record(name: String) -> UInt64? {
    for suffix in [".entry", ".proof"] where name.hasSuffix(suffix) {
      let stem = name.dropLast(suffix.utf8.count)
      return UInt64(stem).flatMap {
        String($0) == stem && $0 < FormatLimits.integerMax ? $0 : nil
      }
    }
    return nil
  }

  /// Reads a plan and checks that the proof leads from the header to the checkpoint in it, whose
  /// signatures are checked later.
  init(record: UInt64, header bytes: [UInt8], proof proofBytes: [UInt8], origin: String?)
    throws(Fault)
  {
    file = Self.headerPath(record)
    self.record = record
    do throws(FormatError) {
      let header = try RecordHeader.decode(bytes.rawSpan)
      guard header.encoded() == bytes else { throw .notCanonical(structure: "header") }
      guard header.index == record else { throw .inconsistent(field: "index", offset: 36) }
      recordedTime = header.recordedTime
      content = header.content
    } catch {
      throw Fault(reason: "is no record: \(error)")
    }
    guard content.kind == "erasure/plan" else { throw Fault(reason: "is no erasure plan") }
    do throws(ProofFileError) {
      proof = try InclusionProofFile(parsing: proofBytes)
    } catch {
      throw Fault(reason: "its proof is none: \(error)")
    }
    guard proof.proof.index == record else {
      throw Fault(reason: "its proof is about record \(proof.proof.index)")
    }
    guard origin.map({ $0.utf8.elementsEqual(proof.checkpoint.origin.utf8) }) ?? true else {
      throw Fault(reason: "its proof is of \(proof.checkpoint.origin)")
    }
    do throws(ProofError) {
      try proof.proof.check(leafHash: MerkleHash.leaf(bytes), root: proof.checkpoint.root)
    } catch {
      throw Fault(reason: "its proof does not hold: \(error)")
    }
  }
}

extension LedgerCheck {
  /// Reads what a restore put under `erased/`.
  func readBroughtPlans() throws(EvidenceError) {
    let names = try evidence.entries(of: "erased").filter { $0.kind == .file }.map(\.name)
    for record in Set(names.compactMap(BroughtPlan.record)).sorted() {
      let path = BroughtPlan.headerPath(record)
      func fault(_ reason: String) {
        collector.add(
          Finding(.erasedPlanInvalid, reason, file: path, records: record...record))
      }
      guard let header = try boundedBytes(path, limit: FormatLimits.headerByteCountMax),
        let proof = try boundedBytes(
          BroughtPlan.proofPath(record), limit: InclusionProofFile.byteCountMax)
      else {
        fault("stands without its proof, or its proof without it")
        continue
      }
      do throws(BroughtPlan.Fault) {
        broughtPlans.append(
          try BroughtPlan(
            record: record, header: header, proof: proof, origin: ledgerFile?.origin))
      } catch {
        fault(error.reason)
      }
    }
  }

  /// Takes those as plans that a key of this ledger signed and that do not contradict the records.
  func acceptBroughtPlans(_ chain: RecordChain) {
    // Nothing signed covers a key that is named above the checkpoint.
    let keys =
      (succession?.keys(upToSize: checkpoint?.size ?? 0) ?? []) + options.trustedKeys
    for plan in broughtPlans {
      func fault(_ code: Finding.Code, _ reason: String) {
        chain.collector.add(
          Finding(code, reason, file: plan.file, records: plan.record...plan.record))
      }
      do throws(SignedNoteError) {
        _ = try plan.proof.note.verify(keys: keys)
      } catch {
        fault(.signatureInvalid, "its proof: \(error)")
        continue
      }
      let head = plan.proof.checkpoint
      if let root = chain.roots[head.size], !chain.isSubstituted, root != head.root {
        fault(
          .fork, "its proof is under another root of size \(head.size) than the records give")
        continue
      }
      chain.erasures.accept(
        brought: NotableRecord(
          index: plan.record, recordedTime: plan.recordedTime, content: plan.content),
        isInLog: plan.record < chain.nextRecord)
    }
  }
}
