// What training alone needs of libtorch: losses with class weights and smoothed labels, clipped
// gradients, averages of parameters. The conventions are those of CTorch.h, which includes this.
#pragma once

#ifdef __cplusplus
extern "C" {
#endif

/// `sum(s * loss) / sum(s * w)` over logits `[n, class, …]` and int64 classes `[n, …]`, those of
/// `ignored` left out; 0 when all are. w is the weight of the right class (`weights`, `[class]`), s
/// that of the sample (`samples`, `[n]`); NULL: 1. The losses are those of torch's cross entropy:
/// `-(1 - smoothing) * w * log p` of the right class and `smoothing / classes` of the sum of
/// `-w * log p` over all classes.
CTFailure *ct_cross_entropy(
    const CTTensor *logits, const CTTensor *classes, const CTTensor *weights,
    const CTTensor *samples, double smoothing, int64_t ignored, CTTensor **out);
/// `-p * t * log s(z) - (1 - t) * log(1 - s(z))`, element by element; `positive`, p, broadcasts.
CTFailure *ct_weighted_binary_cross_entropy(
    const CTTensor *logits, const CTTensor *targets, const CTTensor *positive, CTTensor **out);
/// Gradients whose norm together is `most` at most: each one times `most / (norm + 1e-6)`, or 1
/// where that is more. `norm` is what it was; `out` has room for `count`.
CTFailure *ct_clip_gradients(
    const CTTensor *const *gradients, size_t count, double most, double *norm, CTTensor **out);
/// `averages += share * (values - averages)`, in place.
CTFailure *ct_average(
    const CTTensor *const *averages, const CTTensor *const *values, size_t count, double share);

#ifdef __cplusplus
}
#endif
