// Operations of layers beyond those of CTorch.h, which includes this header.
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Volumes `[batch, channel, depth, height, width]`, kernels `[out, in, depth, height, width]`.
/// `stride` and `padding` are three numbers each.
CTFailure *ct_conv3d(
    const CTTensor *x, const CTTensor *weight, const CTTensor *bias, const int64_t *stride,
    const int64_t *padding, CTTensor **out);
/// Windows of three lengths that lie beside each other.
CTFailure *ct_max_pool3d(const CTTensor *x, const int64_t *window, CTTensor **out);
/// softmax(q kᵀ / √width) v of `[batch, head, token, width]`. `mask` (bool, broadcast to
/// `[batch, head, query, key]`, or NULL) says which keys a query may look at.
CTFailure *ct_attention(
    const CTTensor *query, const CTTensor *key, const CTTensor *value, const CTTensor *mask,
    CTTensor **out);
/// `x` repeated along its axes of length 1 to the shape of `like`.
CTFailure *ct_expand_as(const CTTensor *x, const CTTensor *like, CTTensor **out);
/// max(x, bound), element by element.
CTFailure *ct_clamp_min(const CTTensor *x, double bound, CTTensor **out);

#ifdef __cplusplus
}
#endif
