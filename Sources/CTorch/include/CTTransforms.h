// Stochastic transformations of samples. All draws are for each sample, in the order in which the
// comments name them; the first axis of every tensor is the batch.
#pragma once

#include "CTorch.h"

#ifdef __cplusplus
extern "C" {
#endif

/// Zeroes `masks` spans along `axis` of each sample: widths from 0 ... most, then starts, both all
/// equally likely.
CTFailure *ct_mask_spans(
    const CTTensor *x, int64_t axis, int64_t masks, int64_t most, CTGenerator *generator,
    CTTensor **out);
/// Multiplies each sample by 10^(d / 20), d uniform from -decibels to decibels.
CTFailure *ct_gain(
    const CTTensor *x, double decibels, CTGenerator *generator, CTTensor **out);
/// Of `[batch, ..., channel]`, with factors uniform in max(0, 1 - s) ... 1 + s: adds
/// b ~ U(-brightness, brightness), stretches about the sample's mean, then stretches each place's
/// channels about their mean. Draws brightness, contrast, saturation.
CTFailure *ct_color_jitter(
    const CTTensor *x, double brightness, double contrast, double saturation,
    CTGenerator *generator, CTTensor **out);
/// Gaussian blur along two axes, of a deviation uniform in low ... high pixels; edges are repeated.
CTFailure *ct_blur(
    const CTTensor *x, int64_t row_axis, int64_t column_axis, double low, double high,
    CTGenerator *generator, CTTensor **out);
/// Boxes in pictures of height x width, int64 `[batch, 4]`: top, left, height, width. Of ten draws of
/// a share of the area and of an aspect ratio (width to height, uniform in its logarithm) the first
/// that fits is taken; where none does, the largest middle box of an allowed aspect ratio if
/// `whole`, else a box of no pixels. Draws the ten shares, the ten ratios, then the places.
CTFailure *ct_boxes(
    CTGenerator *generator, int64_t batch, int64_t height, int64_t width, double smallest,
    double largest, double narrowest, double widest, bool whole, CTTensor **out);
/// What is in the boxes, at the size of the pictures: bilinear between the centres of pixels, or the
/// nearest pixel.
CTFailure *ct_crop_pictures(
    const CTTensor *x, const CTTensor *boxes, int64_t row_axis, int64_t column_axis, bool nearest,
    CTTensor **out);
/// Each sample's box filled with 0, or with N(0, 1) for each element if `noise`.
CTFailure *ct_fill_boxes(
    const CTTensor *x, const CTTensor *boxes, int64_t row_axis, int64_t column_axis, bool noise,
    CTGenerator *generator, CTTensor **out);
/// Samples in reverse order along `axis` where `mirrored`, uint8 `[batch]`, says so.
CTFailure *ct_mirror(
    const CTTensor *x, const CTTensor *mirrored, int64_t axis, CTTensor **out);

#ifdef __cplusplus
}
#endif
