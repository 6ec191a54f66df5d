/// How samples are read.
public struct ReadOptions: Sendable {
  /// Random order: chunks in random order, then samples inside a window of chunks.
  public struct Shuffle: Sendable, Hashable {
    /// The same seed gives the same order, whatever the number of threads.
    public var seed: UInt64
    /// Chunks whose samples are mixed; more mix better and take more memory.
    public var windowChunks: Int

    public init(seed: UInt64, windowChunks: Int = 8) {
      self.seed = seed
      self.windowChunks = windowChunks
    }
  }

  /// Threads that read and unpack.
  public var threads: Int
  /// Chunks that are being unpacked or wait for their turn; those of the window come on top.
  public var chunksAhead: Int
  /// `nil`: in the order they were written.
  public var shuffle: Shuffle?
  /// Whether fields under `/sealed` may be read: by evaluation, and by what names the truth.
  public var includesSealed: Bool
  /// `nil`: as many as stand in a chunk.
  public var samplesPerBatch: Int?

  public init(
    threads: Int = 2, chunksAhead: Int = 8, shuffle: Shuffle? = nil, includesSealed: Bool = false,
    samplesPerBatch: Int? = nil
  ) {
    self.threads = threads
    self.chunksAhead = chunksAhead
    self.shuffle = shuffle
    self.includesSealed = includesSealed
    self.samplesPerBatch = samplesPerBatch
  }
}
