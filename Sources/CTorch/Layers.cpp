// Operations of layers on volumes and sequences (see CTLayers.h).
#include "Handles.h"

#include <algorithm>

namespace {

using at::Tensor;

std::optional<Tensor> optional(const CTTensor *tensor) {
  return tensor ? std::optional<Tensor>(tensor->value) : std::nullopt;
}

at::IntArrayRef three(const int64_t *numbers) { return {numbers, 3}; }

/// libtorch divides by some of these before it looks at them.
void checkVolume(const Tensor &x, const int64_t *steps, const char *name) {
  TORCH_CHECK(x.dim() == 5, "takes [batch, channel, depth, height, width]");
  TORCH_CHECK(
      *std::min_element(steps, steps + 3) > 0, name, " ", three(steps), " must be positive");
}

}  // namespace

extern "C" {

CTFailure *ct_conv3d(
    const CTTensor *x, const CTTensor *weight, const CTTensor *bias, const int64_t *stride,
    const int64_t *padding, CTTensor **out) {
  return ct::making("conv3d", out, [&] {
    checkVolume(x->value, stride, "stride");
    TORCH_CHECK(
        *std::min_element(padding, padding + 3) >= 0, "padding ", three(padding),
        " must not be negative");
    return at::conv3d(x->value, weight->value, optional(bias), three(stride), three(padding));
  });
}

CTFailure *ct_max_pool3d(const CTTensor *x, const int64_t *window, CTTensor **out) {
  return ct::making("max_pool3d", out, [&] {
    checkVolume(x->value, window, "window");
    return at::max_pool3d(x->value, three(window), three(window));
  });
}

CTFailure *ct_attention(
    const CTTensor *query, const CTTensor *key, const CTTensor *value, const CTTensor *mask,
    CTTensor **out) {
  return ct::making("attention", out, [&] {
    for (const CTTensor *one : {query, key, value}) {
      TORCH_CHECK(one->value.dim() == 4, "takes [batch, head, token, width]");
    }
    return at::scaled_dot_product_attention(
        query->value, key->value, value->value, optional(mask), /*dropout_p=*/0.0,
        /*is_causal=*/false);
  });
}

CTFailure *ct_expand_as(const CTTensor *x, const CTTensor *like, CTTensor **out) {
  return ct::making("expand_as", out, [&] { return x->value.expand_as(like->value); });
}

CTFailure *ct_clamp_min(const CTTensor *x, double bound, CTTensor **out) {
  return ct::making("clamp_min", out, [&] { return at::clamp_min(x->value, bound); });
}

}  // extern "C"
