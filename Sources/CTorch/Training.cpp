#include "Handles.h"

#include <ATen/core/grad_mode.h>

#include <vector>

namespace {

using at::Tensor;

std::optional<Tensor> optional(const CTTensor *tensor) {
  return tensor ? std::optional<Tensor>(tensor->value) : std::nullopt;
}

std::vector<Tensor> list(const CTTensor *const *tensors, size_t count) {
  std::vector<Tensor> result;
  result.reserve(count);
  for (size_t i = 0; i < count; ++i) result.push_back(tensors[i]->value);
  return result;
}

}  // namespace

extern "C" {

CTFailure *ct_cross_entropy(
    const CTTensor *logits, const CTTensor *classes, const CTTensor *weights,
    const CTTensor *samples, double smoothing, int64_t ignored, CTTensor **out) {
  return ct::making("cross_entropy", out, [&] {
    const Tensor &scores = logits->value;
    const Tensor &right = classes->value;
    TORCH_CHECK(
        scores.dim() >= 2 && right.dim() == scores.dim() - 1,
        "takes logits [n, class, …] and classes [n, …]");
    TORCH_CHECK(right.scalar_type() == at::kLong, "classes are int64");
    if (weights) {
      TORCH_CHECK(
          weights->value.dim() == 1 && weights->value.size(0) == scores.size(1),
          "takes one weight for each of ", scores.size(1), " classes");
    }
    const Tensor known = right.ne(ignored);
    Tensor loss = at::cross_entropy_loss(
        scores, right, optional(weights), at::Reduction::None, ignored, smoothing);
    Tensor weight = known.to(scores.scalar_type());
    if (weights) {
      const Tensor places = right.masked_fill(known.logical_not(), 0).flatten();
      weight = weight * weights->value.index_select(0, places).view_as(weight);
    }
    if (samples) {
      TORCH_CHECK(
          samples->value.dim() == 1 && samples->value.size(0) == scores.size(0),
          "takes one weight for each of ", scores.size(0), " samples");
      std::vector<int64_t> shape(static_cast<size_t>(right.dim()), 1);
      shape[0] = -1;
      const Tensor ofSamples = samples->value.view(shape);
      loss = loss * ofSamples;
      weight = weight * ofSamples;
    }
    return loss.sum().div(weight.sum().clamp_min(1e-12));
  });
}

CTFailure *ct_weighted_binary_cross_entropy(
    const CTTensor *logits, const CTTensor *targets, const CTTensor *positive, CTTensor **out) {
  return ct::making("weighted_binary_cross_entropy", out, [&] {
    return at::binary_cross_entropy_with_logits(
        logits->value, targets->value, {}, positive->value, at::Reduction::None);
  });
}

CTFailure *ct_clip_gradients(
    const CTTensor *const *gradients, size_t count, double most, double *norm, CTTensor **out) {
  return ct::guarded("clip_gradients", [&] {
    const at::NoGradGuard guard;
    const std::vector<Tensor> given = list(gradients, count);
    std::vector<Tensor> results;
    results.reserve(count);
    *norm = 0;
    if (count > 0) {
      std::vector<Tensor> norms;
      norms.reserve(count);
      for (const Tensor &gradient : given) norms.push_back(at::linalg_vector_norm(gradient));
      const Tensor total = at::linalg_vector_norm(at::stack(norms));
      *norm = total.item<double>();
      const Tensor factor = total.add(1e-6).reciprocal().mul(most).clamp_max(1);
      // Not in place: autograd may hand one tensor out for several parameters.
      for (const Tensor &gradient : given) results.push_back(gradient.mul(factor));
    }
    for (size_t i = 0; i < count; ++i) out[i] = new CTTensor{std::move(results[i])};
  });
}

CTFailure *ct_average(
    const CTTensor *const *averages, const CTTensor *const *values, size_t count, double share) {
  return ct::guarded("average", [&] {
    const at::NoGradGuard guard;
    for (size_t i = 0; i < count; ++i) {
      Tensor average = averages[i]->value;
      average.lerp_(values[i]->value.detach(), share);
    }
  });
}

}  // extern "C"
