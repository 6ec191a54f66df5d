// The gradient of a small perceptron in one call.
//
// A perceptron of a few thousand parameters spends its training step on calling operations, not on
// arithmetic. Here one call does the forward pass, the weighted cross entropy and the backward
// pass of a network of affine chains (one encoder for each input, their outputs side by side, a
// head). Rows of the batch pass in blocks whose activations stay in the first-level cache; the
// blocks are taken in order, so the sums have one order and the result is the same bits each time.
//
// Every matrix is stored with its rows padded by zeros to whole vectors, so that there is one
// kernel, without remainders: C += A · B, where A is read through any two strides (so that Aᵀ needs
// no copy) and the rows of B and C are contiguous.
//
// The order of parameters is that of a state dictionary: for each encoder, then the head, for each
// layer: weight [out, in], bias [out].
#include "Handles.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <vector>

#if defined(__x86_64__)
#define FOR_EACH_PROCESSOR __attribute__((target_clones("arch=x86-64-v3", "default")))
#else
#define FOR_EACH_PROCESSOR
#endif
#define INLINE static inline __attribute__((always_inline))

namespace {

constexpr int64_t lanes = 8;
constexpr int64_t blockRows = 64;
typedef float Vector __attribute__((vector_size(lanes * sizeof(float)), aligned(4)));

int64_t padded(int64_t width) { return (width + lanes - 1) / lanes * lanes; }

enum Activation { relu = 0, gelu = 1, tanh_ = 2, sigmoid = 3, none = 4 };

/// Rows of a block: values, or the loss's slope by them.
struct Matrix {
  float *data = nullptr;
  int64_t stride = 0;
};

struct Affine {
  int64_t in, out;
  Activation activation;
  /// Places of weight and bias among the parameters.
  int64_t weight, bias;
  /// Padded copies for one call: W [out, padded in], Wᵀ [in, padded out], b [padded out].
  std::vector<float> rows, columns, offset;
  /// Sums of one call: by W when in ≥ out, else by Wᵀ (the longer side makes the vectors); by b.
  std::vector<float> slope, offsetSlope;
  /// Of one block: before and after the activation, and the slope by either.
  std::vector<float> sums, ownOutput, ownSlope;
  Matrix input, inputSlope, output, outputSlope;
  bool wantsInputSlope = false;

  bool slopeIsTransposed() const { return in < out; }
};

struct Chain {
  int64_t width;
  std::vector<float> ownInput;
  std::vector<Affine> layers;
};

/// C[rows, columns] += A · B, or = A · B when `fresh`; `columns` is a multiple of `lanes`.
template <int Rows, int Vectors>
INLINE void tile(
    int64_t depth, const float *a, int64_t aRow, int64_t aColumn, const float *b, int64_t bStride,
    float *c, int64_t cStride, bool fresh) {
  Vector sum[Rows][Vectors];
#pragma clang loop unroll(full)
  for (int r = 0; r < Rows; ++r)
#pragma clang loop unroll(full)
    for (int v = 0; v < Vectors; ++v)
      sum[r][v] = fresh ? Vector{} : *(const Vector *)(c + r * cStride + v * lanes);
  for (int64_t k = 0; k < depth; ++k) {
#pragma clang loop unroll(full)
    for (int v = 0; v < Vectors; ++v) {
      const Vector right = *(const Vector *)(b + k * bStride + v * lanes);
#pragma clang loop unroll(full)
      for (int r = 0; r < Rows; ++r) sum[r][v] += a[r * aRow + k * aColumn] * right;
    }
  }
#pragma clang loop unroll(full)
  for (int r = 0; r < Rows; ++r)
#pragma clang loop unroll(full)
    for (int v = 0; v < Vectors; ++v) *(Vector *)(c + r * cStride + v * lanes) = sum[r][v];
}

template <int Rows>
INLINE void band(
    int64_t columns, int64_t depth, const float *a, int64_t aRow, int64_t aColumn, const float *b,
    int64_t bStride, float *c, int64_t cStride, bool fresh) {
  int64_t j = 0;
  for (; j + 2 * lanes <= columns; j += 2 * lanes)
    tile<Rows, 2>(depth, a, aRow, aColumn, b + j, bStride, c + j, cStride, fresh);
  if (j < columns) tile<Rows, 1>(depth, a, aRow, aColumn, b + j, bStride, c + j, cStride, fresh);
}

INLINE void multiply(
    int64_t rows, int64_t columns, int64_t depth, const float *a, int64_t aRow, int64_t aColumn,
    const float *b, int64_t bStride, float *c, int64_t cStride, bool fresh) {
  int64_t i = 0;
  for (; i + 4 <= rows; i += 4)
    band<4>(
        columns, depth, a + i * aRow, aRow, aColumn, b, bStride, c + i * cStride, cStride, fresh);
  for (; i < rows; ++i)
    band<1>(
        columns, depth, a + i * aRow, aRow, aColumn, b, bStride, c + i * cStride, cStride, fresh);
}

INLINE float activated(Activation activation, float z) {
  switch (activation) {
    case relu: return z <= 0 ? 0 : z;  // so written, what is no number stays none
    case gelu: return 0.5f * z * (1 + std::erf(z * 0.70710678f));
    case tanh_: return std::tanh(z);
    case sigmoid: return 1 / (1 + std::exp(-z));
    case none: return z;
  }
}

/// Slope of the activation at `z`, where its value is `y`.
INLINE float slope(Activation activation, float z, float y) {
  switch (activation) {
    case relu: return z <= 0 ? 0.0f : 1.0f;
    case gelu:
      return 0.5f * (1 + std::erf(z * 0.70710678f)) + z * 0.39894228f * std::exp(-0.5f * z * z);
    case tanh_: return 1 - y * y;
    case sigmoid: return y * (1 - y);
    case none: return 1;
  }
}

INLINE void forward(Affine &layer, int64_t rows) {
  const int64_t stride = padded(layer.out);
  float *sums = layer.sums.data();
  for (int64_t r = 0; r < rows; ++r)
    std::memcpy(sums + r * stride, layer.offset.data(), stride * sizeof(float));
  multiply(
      rows, stride, layer.in, layer.input.data, layer.input.stride, 1, layer.columns.data(),
      stride, sums, stride, false);
  const Activation activation = layer.activation;
  for (int64_t r = 0; r < rows; ++r) {
    const float *z = sums + r * stride;
    float *y = layer.output.data + r * layer.output.stride;
    if (activation == relu) {
      for (int64_t j = 0; j < layer.out; ++j) y[j] = z[j] <= 0 ? 0 : z[j];
    } else {
      for (int64_t j = 0; j < layer.out; ++j) y[j] = activated(activation, z[j]);
    }
  }
}

INLINE void backward(Affine &layer, int64_t rows) {
  const int64_t stride = padded(layer.out);
  // Where the sums were, the slopes by them go: their rows are whole vectors with zeros behind.
  float *slopes = layer.sums.data();
  const Activation activation = layer.activation;
  for (int64_t r = 0; r < rows; ++r) {
    float *z = slopes + r * stride;
    const float *y = layer.output.data + r * layer.output.stride;
    const float *dy = layer.outputSlope.data + r * layer.outputSlope.stride;
    if (activation == relu) {
      for (int64_t j = 0; j < layer.out; ++j) z[j] = z[j] <= 0 ? 0 : dy[j];
    } else {
      for (int64_t j = 0; j < layer.out; ++j) z[j] = dy[j] * slope(activation, z[j], y[j]);
    }
    for (int64_t j = 0; j < stride; ++j) layer.offsetSlope[j] += z[j];
  }
  if (layer.slopeIsTransposed()) {
    multiply(
        layer.in, stride, rows, layer.input.data, 1, layer.input.stride, slopes, stride,
        layer.slope.data(), stride, false);
  } else {
    multiply(
        layer.out, padded(layer.in), rows, slopes, 1, stride, layer.input.data,
        layer.input.stride, layer.slope.data(), padded(layer.in), false);
  }
  if (layer.wantsInputSlope) {
    multiply(
        rows, padded(layer.in), layer.out, slopes, stride, 1, layer.rows.data(), padded(layer.in),
        layer.inputSlope.data, layer.inputSlope.stride, true);
  }
}

/// Targets and weights of the batch; one of `labels` and `shares` is there.
struct Goal {
  const int64_t *labels;
  const float *shares;
  const float *weights;
  double total;
};

/// The summed loss of a block, and its slope by the logits over `slopes`.
INLINE double crossEntropy(
    const Goal &goal, int64_t start, int64_t rows, int64_t classes, Matrix logits, Matrix slopes) {
  double loss = 0;
  for (int64_t r = 0; r < rows; ++r) {
    const float *row = logits.data + r * logits.stride;
    float *out = slopes.data + r * slopes.stride;
    const float top = *std::max_element(row, row + classes);
    float sum = 0;
    for (int64_t c = 0; c < classes; ++c) sum += out[c] = std::exp(row[c] - top);
    const float logSum = std::log(sum);
    const double weight = goal.weights ? goal.weights[start + r] : 1;
    const float factor = static_cast<float>(weight / goal.total);
    if (goal.labels) {
      const int64_t label = goal.labels[start + r];
      loss += weight * (logSum - (row[label] - top));
      for (int64_t c = 0; c < classes; ++c)
        out[c] = factor * (out[c] / sum - (c == label ? 1.0f : 0.0f));
    } else {
      const float *share = goal.shares + (start + r) * classes;
      float shares = 0;
      for (int64_t c = 0; c < classes; ++c) {
        shares += share[c];
        if (share[c] != 0) loss += weight * share[c] * (logSum - (row[c] - top));
      }
      for (int64_t c = 0; c < classes; ++c)
        out[c] = factor * (shares * out[c] / sum - share[c]);
    }
  }
  return loss;
}

INLINE void takeInput(Chain &chain, const float *data, int64_t start, int64_t rows, Matrix into) {
  for (int64_t r = 0; r < rows; ++r)
    std::memcpy(
        into.data + r * into.stride, data + (start + r) * chain.width,
        chain.width * sizeof(float));
}

}  // namespace

struct CTPerceptron {
  std::vector<Chain> encoders;
  Chain head;
  std::vector<float> fused, fusedSlope;
  int64_t parameters = 0;
  int64_t classes = 0;

  template <class Visit>
  void eachLayer(Visit &&visit) {
    for (Chain &chain : encoders)
      for (Affine &layer : chain.layers) visit(layer);
    for (Affine &layer : head.layers) visit(layer);
  }
};

namespace {

Chain makeChain(const CTChain &shape, bool isHead, int64_t &parameters) {
  Chain chain;
  chain.width = shape.widths[0];
  TORCH_CHECK(chain.width > 0, "width ", chain.width, " of an input");
  for (size_t i = 0; i < shape.layers; ++i) {
    Affine layer;
    layer.in = shape.widths[i];
    layer.out = shape.widths[i + 1];
    TORCH_CHECK(layer.out > 0, "width ", layer.out, " of a layer");
    layer.activation =
        isHead && i + 1 == shape.layers ? none : static_cast<Activation>(shape.activation);
    layer.weight = parameters;
    layer.bias = layer.weight + layer.in * layer.out;
    parameters = layer.bias + layer.out;
    layer.rows.resize(layer.out * padded(layer.in));
    layer.columns.resize(layer.in * padded(layer.out));
    layer.offset.resize(padded(layer.out));
    layer.slope.resize(layer.slopeIsTransposed() ? layer.columns.size() : layer.rows.size());
    layer.offsetSlope.resize(padded(layer.out));
    layer.sums.resize(blockRows * padded(layer.out));
    layer.ownOutput.resize(blockRows * padded(layer.out));
    layer.ownSlope.resize(blockRows * padded(layer.out));
    chain.layers.push_back(std::move(layer));
  }
  return chain;
}

/// Joins the layers of a chain: the output of each is the input of the next.
void join(Chain &chain, Matrix input, Matrix inputSlope, bool wantsSlope) {
  for (Affine &layer : chain.layers) {
    layer.input = input;
    layer.inputSlope = inputSlope;
    layer.wantsInputSlope = wantsSlope;
    layer.output = {layer.ownOutput.data(), padded(layer.out)};
    layer.outputSlope = {layer.ownSlope.data(), padded(layer.out)};
    input = layer.output;
    inputSlope = layer.outputSlope;
    wantsSlope = true;
  }
}

void load(CTPerceptron &net, const float *parameters) {
  net.eachLayer([&](Affine &layer) {
    const float *weight = parameters + layer.weight;
    const int64_t rowStride = padded(layer.in), columnStride = padded(layer.out);
    for (int64_t o = 0; o < layer.out; ++o) {
      for (int64_t i = 0; i < layer.in; ++i) {
        const float value = weight[o * layer.in + i];
        layer.rows[o * rowStride + i] = value;
        layer.columns[i * columnStride + o] = value;
      }
    }
    std::copy_n(parameters + layer.bias, layer.out, layer.offset.begin());
    std::fill(layer.slope.begin(), layer.slope.end(), 0.0f);
    std::fill(layer.offsetSlope.begin(), layer.offsetSlope.end(), 0.0f);
  });
}

void unload(CTPerceptron &net, float *gradient) {
  net.eachLayer([&](Affine &layer) {
    float *weight = gradient + layer.weight;
    const bool transposed = layer.slopeIsTransposed();
    const int64_t stride = padded(transposed ? layer.out : layer.in);
    for (int64_t o = 0; o < layer.out; ++o)
      for (int64_t i = 0; i < layer.in; ++i)
        weight[o * layer.in + i] = layer.slope[transposed ? i * stride + o : o * stride + i];
    std::copy_n(layer.offsetSlope.begin(), layer.out, gradient + layer.bias);
  });
}

/// Forward and backward over all rows; the summed loss.
FOR_EACH_PROCESSOR
double pass(CTPerceptron &net, const float *const *inputs, int64_t rows, const Goal &goal) {
  double loss = 0;
  const int64_t stride = padded(net.head.width);
  for (int64_t start = 0; start < rows; start += blockRows) {
    const int64_t count = std::min(blockRows, rows - start);
    int64_t column = 0;
    for (size_t e = 0; e < net.encoders.size(); ++e) {
      Chain &chain = net.encoders[e];
      if (chain.layers.empty()) {
        takeInput(chain, inputs[e], start, count, {net.fused.data() + column, stride});
        column += chain.width;
        continue;
      }
      takeInput(chain, inputs[e], start, count, {chain.ownInput.data(), padded(chain.width)});
      for (Affine &layer : chain.layers) forward(layer, count);
      const Affine &last = chain.layers.back();
      for (int64_t r = 0; r < count; ++r)
        std::memcpy(
            net.fused.data() + r * stride + column, last.output.data + r * last.output.stride,
            last.out * sizeof(float));
      column += last.out;
    }
    for (Affine &layer : net.head.layers) forward(layer, count);
    Affine &logits = net.head.layers.back();
    loss += crossEntropy(goal, start, count, net.classes, logits.output, logits.outputSlope);
    for (size_t l = net.head.layers.size(); l-- > 0;) backward(net.head.layers[l], count);
    column = 0;
    for (Chain &chain : net.encoders) {
      if (chain.layers.empty()) {
        column += chain.width;
        continue;
      }
      Affine &last = chain.layers.back();
      for (int64_t r = 0; r < count; ++r)
        std::memcpy(
            last.outputSlope.data + r * last.outputSlope.stride,
            net.fusedSlope.data() + r * stride + column, last.out * sizeof(float));
      for (size_t l = chain.layers.size(); l-- > 0;) backward(chain.layers[l], count);
      column += last.out;
    }
  }
  return loss;
}

}  // namespace

extern "C" {

CTFailure *ct_perceptron(
    const CTChain *encoders, size_t count, const CTChain *head, CTPerceptron **out) {
  return ct::guarded("perceptron", [&] {
    auto net = std::make_unique<CTPerceptron>();
    int64_t width = 0;
    bool learnsEncoders = false;
    for (size_t e = 0; e < count; ++e) {
      net->encoders.push_back(makeChain(encoders[e], false, net->parameters));
      Chain &chain = net->encoders.back();
      width += chain.layers.empty() ? chain.width : chain.layers.back().out;
      learnsEncoders = learnsEncoders || !chain.layers.empty();
    }
    net->head = makeChain(*head, true, net->parameters);
    TORCH_CHECK(
        net->head.width == width, "the head takes ", net->head.width,
        " features, the encoders make ", width);
    TORCH_CHECK(!net->head.layers.empty(), "the head has no layer");
    net->classes = net->head.layers.back().out;
    net->fused.resize(blockRows * padded(width));
    net->fusedSlope.resize(blockRows * padded(width));
    for (Chain &chain : net->encoders) {
      chain.ownInput.resize(blockRows * padded(chain.width));
      join(chain, {chain.ownInput.data(), padded(chain.width)}, {}, false);
    }
    join(
        net->head, {net->fused.data(), padded(width)}, {net->fusedSlope.data(), padded(width)},
        learnsEncoders);
    *out = net.release();
  });
}

void ct_perceptron_free(CTPerceptron *perceptron) { delete perceptron; }

int64_t ct_perceptron_parameters(const CTPerceptron *perceptron) { return perceptron->parameters; }

CTFailure *ct_perceptron_gradient(
    CTPerceptron *perceptron, const CTTensor *parameters, const CTTensor *const *inputs,
    size_t count, const CTTensor *targets, const CTTensor *weights, CTTensor *gradient, double *loss) {
  return ct::guarded("perceptron_gradient", [&] {
    CTPerceptron &net = *perceptron;
    const auto check = [](const char *name, const at::Tensor &tensor, at::ScalarType type,
                          at::IntArrayRef shape) {
      TORCH_CHECK(
          tensor.is_cpu() && tensor.is_contiguous() && tensor.scalar_type() == type &&
              tensor.sizes() == shape,
          name, " must be contiguous ", type, " ", shape, ", got ", tensor.scalar_type(), " ",
          tensor.sizes());
    };
    const int64_t rows = targets->value.dim() > 0 ? targets->value.size(0) : 0;
    TORCH_CHECK(rows > 0, "the batch is empty");
    check("parameters", parameters->value, at::kFloat, {net.parameters});
    check("gradient", gradient->value, at::kFloat, {net.parameters});
    TORCH_CHECK(
        count == net.encoders.size(), count, " inputs for ", net.encoders.size(), " encoders");
    std::vector<at::Tensor> whole;
    std::vector<const float *> data;
    for (size_t e = 0; e < net.encoders.size(); ++e) {
      whole.push_back(inputs[e]->value.contiguous());
      check("input", whole.back(), at::kFloat, {rows, net.encoders[e].width});
      data.push_back(whole.back().const_data_ptr<float>());
    }
    Goal goal{nullptr, nullptr, nullptr, static_cast<double>(rows)};
    if (targets->value.dim() == 1) {
      check("targets", targets->value, at::kLong, {rows});
      goal.labels = targets->value.const_data_ptr<int64_t>();
      for (int64_t r = 0; r < rows; ++r)
        TORCH_CHECK(
            goal.labels[r] >= 0 && goal.labels[r] < net.classes, "target ", goal.labels[r],
            " is no class of 0 to ", net.classes - 1);
    } else {
      check("targets", targets->value, at::kFloat, {rows, net.classes});
      goal.shares = targets->value.const_data_ptr<float>();
    }
    if (weights) {
      check("weights", weights->value, at::kFloat, {rows});
      goal.weights = weights->value.const_data_ptr<float>();
      goal.total = 0;
      for (int64_t r = 0; r < rows; ++r) goal.total += goal.weights[r];
    }
    load(net, parameters->value.const_data_ptr<float>());
    *loss = pass(net, data.data(), rows, goal) / goal.total;
    unload(net, gradient->value.mutable_data_ptr<float>());
  });
}

}  // extern "C"
