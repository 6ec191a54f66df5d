// Stochastic transformations of samples: one draw for each sample, no loop over samples.
#include "Handles.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace {

using at::Tensor;

/// How often a box is drawn before it is given up, as in torchvision.
constexpr int64_t attempts = 10;

/// Of `x`, without its history of gradients.
at::TensorOptions likeOf(const Tensor &x) { return x.options().requires_grad(false); }

/// `[batch]` or `[batch, length]` as `[batch, 1, ..., length, ..., 1]`, `length` at `axis`.
Tensor spread(const Tensor &values, int64_t rank, int64_t axis = 0) {
  std::vector<int64_t> shape(rank, 1);
  shape.front() = values.size(0);
  if (values.dim() == 2) shape[axis] = values.size(1);
  return values.view(shape);
}

void checkAxes(const Tensor &x, int64_t rows, int64_t columns) {
  const int64_t rank = x.dim();
  TORCH_CHECK(
      rows > 0 && columns > 0 && rows < rank && columns < rank && rows != columns, "axes ", rows,
      " and ", columns, " are not two of those behind the batch");
}

void checkBoxes(const Tensor &x, const Tensor &boxes, int64_t rows, int64_t columns) {
  checkAxes(x, rows, columns);
  TORCH_CHECK(
      boxes.dim() == 2 && boxes.size(0) == x.size(0) && boxes.size(1) == 4 &&
          boxes.scalar_type() == at::kLong,
      "takes one box [top, left, height, width] for each picture");
}

/// Whether places of an axis are inside a box: bool `[batch, length]`.
Tensor inside(const Tensor &start, const Tensor &extent, int64_t length) {
  const Tensor place = at::arange(length, start.options()).unsqueeze(0);
  return place.ge(start.unsqueeze(1)).logical_and(place.lt(start.add(extent).unsqueeze(1)));
}

/// One axis of a box, at the length of the picture's.
Tensor stretched(
    const Tensor &x, const Tensor &start, const Tensor &extent, int64_t axis, bool nearest) {
  const int64_t length = x.size(axis), rank = x.dim();
  const at::TensorOptions real = start.options().dtype(at::kDouble);
  const Tensor first = start.unsqueeze(1), last = first.add(extent.unsqueeze(1)).sub(1);
  // The centre of each pixel, in pixels of the picture.
  const Tensor centre = at::arange(length, real).add(0.5).unsqueeze(0).mul(
      extent.to(at::kDouble).div(length).unsqueeze(1)).add(first);
  const auto taken = [&](const Tensor &from) {
    return at::gather(x, axis, spread(from, rank, axis).expand(x.sizes()));
  };
  if (nearest) return taken(at::minimum(centre.floor().to(at::kLong), last));
  const Tensor place =
      at::minimum(at::maximum(centre.sub(0.5), first.to(at::kDouble)), last.to(at::kDouble));
  const Tensor low = place.floor().to(at::kLong);
  const Tensor share = spread(place.sub(low).to(x.scalar_type()), rank, axis);
  return at::lerp(taken(low), taken(at::minimum(low.add(1), last)), share);
}

/// Sum of `x` moved along `axis` by -radius ... radius, times `weights` `[batch, 2 radius + 1]`.
Tensor smoothed(const Tensor &x, const Tensor &weights, int64_t axis) {
  const int64_t taps = weights.size(1), radius = taps / 2, length = x.size(axis);
  const Tensor place = at::arange(length, likeOf(x).dtype(at::kLong));
  Tensor sum = at::zeros_like(x);
  for (int64_t tap = 0; tap < taps; ++tap) {
    const Tensor from = place.add(tap - radius).clamp(0, length - 1);
    sum.add_(at::index_select(x, axis, from).mul_(spread(weights.select(1, tap), x.dim())));
  }
  return sum;
}

}  // namespace

extern "C" {

CTFailure *ct_mask_spans(
    const CTTensor *x, int64_t axis, int64_t masks, int64_t most, CTGenerator *generator,
    CTTensor **out) {
  return ct::making("mask_spans", out, [&] {
    const Tensor &value = x->value;
    TORCH_CHECK(axis > 0 && axis < value.dim(), "axis ", axis, " is none behind the batch");
    const int64_t batch = value.size(0), length = value.size(axis);
    TORCH_CHECK(
        masks >= 0 && most >= 0 && most <= length, masks, " masks of up to ", most, " of ", length,
        " places");
    if (value.numel() == 0 || masks == 0) return value;
    const at::TensorOptions whole = likeOf(value).dtype(at::kLong);
    const Tensor width = at::empty({batch, masks}, whole).random_(0, most + 1, generator->value);
    const Tensor free = width.neg().add(length);
    // In double precision, so that start <= free also after rounding.
    const Tensor start = at::empty({batch, masks}, likeOf(value).dtype(at::kDouble))
                             .uniform_(0, 1, generator->value)
                             .mul(free.add(1))
                             .floor()
                             .to(at::kLong);
    const Tensor hidden = inside(
        at::minimum(start, free).flatten(), width.flatten(), length).view({batch, masks, length});
    return at::masked_fill(value, spread(hidden.any(1), value.dim(), axis), 0);
  });
}

CTFailure *ct_gain(
    const CTTensor *x, double decibels, CTGenerator *generator, CTTensor **out) {
  return ct::making("gain", out, [&] {
    const Tensor &value = x->value;
    TORCH_CHECK(value.dim() >= 1 && decibels >= 0, "takes a batch and decibels from 0");
    Tensor factor = at::empty({value.size(0)}, likeOf(value));
    factor.uniform_(-1, 1, generator->value).mul_(decibels / 20 * std::log(10.0)).exp_();
    return at::mul(value, spread(factor, value.dim()));
  });
}

CTFailure *ct_color_jitter(
    const CTTensor *x, double brightness, double contrast, double saturation,
    CTGenerator *generator, CTTensor **out) {
  return ct::making("color_jitter", out, [&] {
    const Tensor &value = x->value;
    const int64_t rank = value.dim();
    TORCH_CHECK(rank >= 3, "takes [batch, ..., channel]");
    const auto drawn = [&](double low, double high) {
      return spread(
          at::empty({value.size(0)}, likeOf(value)).uniform_(low, high, generator->value), rank);
    };
    const Tensor added = drawn(-brightness, brightness);
    const Tensor stretch = drawn(std::max(0.0, 1 - contrast), 1 + contrast);
    const Tensor colour = drawn(std::max(0.0, 1 - saturation), 1 + saturation);
    if (value.numel() == 0) return value;
    Tensor result = value.add(added);
    const Tensor mean = spread(result.flatten(1).mean(1), rank);
    result = result.sub(mean).mul(stretch).add(mean);
    const Tensor grey = result.mean({rank - 1}, /*keepdim=*/true);
    return result.sub(grey).mul(colour).add(grey);
  });
}

CTFailure *ct_blur(
    const CTTensor *x, int64_t row_axis, int64_t column_axis, double low, double high,
    CTGenerator *generator, CTTensor **out) {
  return ct::making("blur", out, [&] {
    const Tensor &value = x->value;
    checkAxes(value, row_axis, column_axis);
    TORCH_CHECK(
        low >= 0 && low <= high && high <= 64, "a blur of ", low, " ... ", high, " pixels");
    const Tensor deviation =
        at::empty({value.size(0), 1}, likeOf(value)).uniform_(low, high, generator->value);
    if (value.numel() == 0) return value;
    const auto radius = static_cast<int64_t>(std::ceil(3 * high));
    const Tensor offset = at::arange(-radius, radius + 1, likeOf(value)).unsqueeze(0);
    // A deviation near 0 leaves the picture as it is.
    Tensor weights = offset.div(deviation.clamp_min(1e-3)).square().mul(-0.5).exp();
    weights = weights.div(weights.sum(1, /*keepdim=*/true));
    return smoothed(smoothed(value, weights, row_axis), weights, column_axis);
  });
}

CTFailure *ct_boxes(
    CTGenerator *generator, int64_t batch, int64_t height, int64_t width, double smallest,
    double largest, double narrowest, double widest, bool whole, CTTensor **out) {
  return ct::making("boxes", out, [&] {
    TORCH_CHECK(batch >= 0 && height > 0 && width > 0, "pictures of ", height, " x ", width);
    TORCH_CHECK(
        smallest >= 0 && smallest <= largest && largest <= 1, "boxes of ", smallest, " ... ",
        largest, " of the area");
    TORCH_CHECK(
        narrowest > 0 && narrowest <= widest && std::isfinite(widest), "aspect ratios of ",
        narrowest, " ... ", widest);
    const at::TensorOptions real =
        at::TensorOptions().device(generator->value.device()).dtype(at::kDouble);
    const auto drawn = [&](int64_t columns, double from, double to) {
      return at::empty({batch, columns}, real).uniform_(from, to, generator->value);
    };
    const Tensor area = drawn(attempts, smallest, largest)
                            .mul(static_cast<double>(height) * static_cast<double>(width));
    const Tensor ratio = drawn(attempts, std::log(narrowest), std::log(widest)).exp();
    const Tensor place = drawn(2, 0, 1);
    const Tensor wide = area.mul(ratio).sqrt().round(), high = area.div(ratio).sqrt().round();
    const Tensor fits = wide.ge(1)
                            .logical_and(high.ge(1))
                            .logical_and(wide.le(width))
                            .logical_and(high.le(height));
    // The first attempt that fits: the greatest of weights that fall from one to the next.
    const Tensor falling = at::arange(attempts, 0, -1, real.dtype(at::kLong));
    const Tensor first =
        at::argmax(fits.to(at::kLong).mul(falling), 1, /*keepdim=*/true);
    const Tensor found = fits.any(1);
    double otherWide = 0, otherHigh = 0;
    if (whole) {
      const double own = static_cast<double>(width) / static_cast<double>(height);
      otherWide = own > widest ? std::max(1.0, std::round(height * widest)) : width;
      otherHigh = own < narrowest ? std::max(1.0, std::round(width / narrowest)) : height;
      otherWide = std::min<double>(otherWide, width);
      otherHigh = std::min<double>(otherHigh, height);
    }
    const auto chosen = [&](const Tensor &drawnExtent, double other) {
      return at::where(
          found, at::gather(drawnExtent, 1, first).squeeze(1), at::full({}, other, real));
    };
    const Tensor boxWide = chosen(wide, otherWide), boxHigh = chosen(high, otherHigh);
    const auto start = [&](int64_t column, const Tensor &extent, int64_t length) {
      const Tensor free = extent.neg().add(length);
      const Tensor random =
          at::minimum(place.select(1, column).mul(free.add(1)).floor(), free);
      return at::where(found, random, free.div(2).floor());
    };
    return at::stack(
               {start(0, boxHigh, height), start(1, boxWide, width), boxHigh, boxWide}, 1)
        .to(at::kLong);
  });
}

CTFailure *ct_crop_pictures(
    const CTTensor *x, const CTTensor *boxes, int64_t row_axis, int64_t column_axis, bool nearest,
    CTTensor **out) {
  return ct::making("crop_pictures", out, [&] {
    const Tensor &value = x->value, &box = boxes->value;
    checkBoxes(value, box, row_axis, column_axis);
    if (value.numel() == 0) return value;
    const Tensor end = box.narrow(1, 0, 2).add(box.narrow(1, 2, 2));
    TORCH_CHECK(
        box.narrow(1, 0, 2).ge(0).all().item<bool>() && box.narrow(1, 2, 2).ge(1).all().item<bool>()
            && end.select(1, 0).le(value.size(row_axis)).all().item<bool>()
            && end.select(1, 1).le(value.size(column_axis)).all().item<bool>(),
        "a box reaches out of its picture");
    const Tensor rows =
        stretched(value, box.select(1, 0), box.select(1, 2), row_axis, nearest);
    return stretched(rows, box.select(1, 1), box.select(1, 3), column_axis, nearest);
  });
}

CTFailure *ct_fill_boxes(
    const CTTensor *x, const CTTensor *boxes, int64_t row_axis, int64_t column_axis, bool noise,
    CTGenerator *generator, CTTensor **out) {
  return ct::making("fill_boxes", out, [&] {
    const Tensor &value = x->value, &box = boxes->value;
    checkBoxes(value, box, row_axis, column_axis);
    const Tensor rows =
        inside(box.select(1, 0), box.select(1, 2), value.size(row_axis));
    const Tensor columns =
        inside(box.select(1, 1), box.select(1, 3), value.size(column_axis));
    const Tensor hidden = spread(rows, value.dim(), row_axis)
                              .logical_and(spread(columns, value.dim(), column_axis));
    if (!noise) return at::masked_fill(value, hidden, 0);
    const Tensor filling =
        at::empty(value.sizes(), likeOf(value)).normal_(0, 1, generator->value);
    return at::where(hidden, filling, value);
  });
}

CTFailure *ct_mirror(
    const CTTensor *x, const CTTensor *mirrored, int64_t axis, CTTensor **out) {
  return ct::making("mirror", out, [&] {
    const Tensor &value = x->value;
    TORCH_CHECK(axis > 0 && axis < value.dim(), "axis ", axis, " is none behind the batch");
    TORCH_CHECK(
        mirrored->value.dim() == 1 && mirrored->value.size(0) == value.size(0),
        "takes one answer for each sample");
    return at::where(
        spread(mirrored->value.to(at::kBool), value.dim()), at::flip(value, {axis}), value);
  });
}

}  // extern "C"
