extension OutputWriter {
  /// The arrays and attributes of a shard that is finished, by this attempt or an earlier one;
  /// `nil` when it is not. From any thread.
  ///
  /// - Throws: `Diagnostic` when it is damaged.
  public func finishedArrays(
    in file: String
  ) throws -> (arrays: [NamedArray], attributes: [String: String])? {
    guard isFinished(file), let shard = shard(file) else { return nil }
    return try ArraysFile.read("\(directory)/\(file)", shard: shard, header: header)
  }
}
