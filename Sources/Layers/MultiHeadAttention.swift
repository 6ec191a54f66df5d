public import Tensors

/// Attention of queries to keys and their values, in several heads side by side.
///
/// Queries `[batch, queries, width]`, keys `[batch, keys, width]`, output `[batch, queries, width]`.
/// Parameters are named as those of `torch.nn.MultiheadAttention`.
///
/// Source: Vaswani et al., "Attention Is All You Need", NeurIPS 2017, section 3.2.2.
public struct MultiHeadAttention: Sendable {
  public let heads: Int
  /// `[3 · width, width]`: of queries, keys and values.
  public var inputWeight: Tensor
  /// `[3 · width]`
  public var inputBias: Tensor
  public var output: Linear
  private let width: Int

  /// A random start drawn from `stream`: the input weight before the output's; biases are 0.
  ///
  /// - Precondition: `heads` divides `width`.
  public init(_ width: Int, heads: Int, stream: RandomStream) throws(TensorError) {
    precondition(heads > 0 && width % heads == 0, "heads must divide the width")
    self.heads = heads
    self.width = width
    // Xavier's uniform start, of fan-in `width` and fan-out `3 · width`.
    let bound = (6 / Double(4 * width)).squareRoot()
    inputWeight = try stream.uniform([3 * width, width], in: -bound..<bound).asParameter()
    inputBias = try Tensor.zeros([3 * width], device: stream.device).asParameter()
    output = try Linear(width, width, stream: stream)
    output.bias = try Tensor.zeros([width], device: stream.device).asParameter()
  }

  /// - mask: bool `[batch, keys]`: which keys may be looked at; all when absent
  /// - seesNothing: whether one more key and value of zeros stand beside the others, so that a query
  ///   has somewhere to look when no key is there
  public func callAsFunction(
    _ queries: Tensor, keys: Tensor, mask: Tensor? = nil, seesNothing: Bool = false
  ) throws(TensorError) -> Tensor {
    func projected(_ input: Tensor, _ place: Int) throws(TensorError) -> Tensor {
      let rows = place * width..<(place + 1) * width
      let tokens = input.shape[1]
      return try linear(input, weight: inputWeight.sliced(rows), bias: inputBias.sliced(rows))
        .reshaped([-1, tokens, heads, width / heads]).transposed(1, 2)
    }
    let query = try projected(queries, 0)  // [batch, head, queries, width / heads]
    var key = try projected(keys, 1)
    var value = try projected(keys, 2)
    if seesNothing {
      let zero = try Tensor.zeros([1, 1, 1, 1], device: key.device)
        .converted(to: key.type ?? .float32).expanded(like: key.sliced(0..<1, axis: 2))
      key = try Tensor.concatenate([key, zero], axis: 2)
      value = try Tensor.concatenate([value, zero], axis: 2)
    }
    var seen: Tensor?
    if var mask {
      if seesNothing {
        let always = try Tensor.full(1, shape: [1, 1], device: mask.device).converted(to: .bool)
          .expanded(like: mask.sliced(0..<1, axis: 1))
        mask = try Tensor.concatenate([mask, always], axis: 1)
      }
      seen = try mask.reshaped([-1, 1, 1, mask.shape[1]])
    }
    let answers = try attention(query: query, key: key, value: value, mask: seen)
    return try output(
      answers.transposed(1, 2).reshaped([-1, queries.shape[1], width]), mode: .evaluation)
  }

  public var parameters: [NamedTensor] {
    [NamedTensor("in_proj_weight", inputWeight), NamedTensor("in_proj_bias", inputBias)]
      + output.parameters.map { NamedTensor("out_proj.\($0.name)", $0.tensor) }
  }
}
