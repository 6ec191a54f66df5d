// Operations on pictures `[batch, channel, height, width]`, and losses over labels and pixels.
#include "Handles.h"

#include <algorithm>
#include <limits>
#include <vector>

namespace {

using at::Tensor;

/// What 255 stands for in a label map: no class.
constexpr int64_t ignored = 255;

std::optional<Tensor> optional(const CTTensor *tensor) {
  return tensor ? std::optional<Tensor>(tensor->value) : std::nullopt;
}

/// libtorch divides by some of these before it looks at them.
void checkWindow(const Tensor &x, int64_t window, int64_t stride, int64_t padding) {
  TORCH_CHECK(x.dim() == 4, "takes [batch, channel, height, width]");
  TORCH_CHECK(
      window > 0 && stride > 0 && padding >= 0, "window ", window, ", stride ", stride,
      " and padding ", padding, " do not go together");
}

/// Where the values of an axis of `length` come from: `[batch, length]`, and whether that is inside.
struct Places {
  Tensor from, inside;

  Places(const Tensor &moved, const Tensor &mirrored, int64_t length) {
    const at::TensorOptions options = moved.options().dtype(at::kLong);
    Tensor place = at::arange(length, options).unsqueeze(0).sub(moved.unsqueeze(1));
    inside = place.ge(0).logical_and(place.lt(length));
    place = place.clamp(0, std::max<int64_t>(length - 1, 0));
    from = mirrored.defined()
               ? at::where(mirrored.unsqueeze(1), place.neg().add(length - 1), place)
               : place;
  }
};

/// `[batch, length]` as `[batch, 1, ..., length, ..., 1]` with `length` at `axis`.
Tensor along(const Tensor &values, int64_t axis, int64_t rank) {
  std::vector<int64_t> shape(rank, 1);
  shape.front() = values.size(0);
  shape[axis] = values.size(1);
  return values.view(shape);
}

}  // namespace

extern "C" {

CTFailure *ct_conv2d(
    const CTTensor *x, const CTTensor *weight, const CTTensor *bias, int64_t stride,
    int64_t padding, int64_t dilation, int64_t groups, CTTensor **out) {
  return ct::making("conv2d", out, [&] {
    checkWindow(x->value, 1, stride, padding);
    TORCH_CHECK(
        dilation > 0 && groups > 0, "dilation ", dilation, " and groups ", groups,
        " must be positive");
    return at::conv2d(
        x->value, weight->value, optional(bias), stride, padding, dilation, groups);
  });
}

CTFailure *ct_max_pool2d(
    const CTTensor *x, int64_t window, int64_t stride, int64_t padding, CTTensor **out) {
  return ct::making("max_pool2d", out, [&] {
    checkWindow(x->value, window, stride, padding);
    return at::max_pool2d(x->value, window, stride, padding);
  });
}

CTFailure *ct_average_pool2d(
    const CTTensor *x, int64_t window, int64_t stride, int64_t padding, CTTensor **out) {
  return ct::making("average_pool2d", out, [&] {
    checkWindow(x->value, window, stride, padding);
    return at::avg_pool2d(x->value, window, stride, padding);
  });
}

CTFailure *ct_adaptive_average_pool2d(
    const CTTensor *x, int64_t height, int64_t width, CTTensor **out) {
  return ct::making("adaptive_average_pool2d", out, [&] {
    checkWindow(x->value, std::min(height, width), 1, 0);
    return at::adaptive_avg_pool2d(x->value, {height, width});
  });
}

CTFailure *ct_resize_bilinear(const CTTensor *x, int64_t height, int64_t width, CTTensor **out) {
  return ct::making("resize_bilinear", out, [&] {
    checkWindow(x->value, std::min(height, width), 1, 0);
    return at::upsample_bilinear2d(x->value, {height, width}, /*align_corners=*/false);
  });
}

CTFailure *ct_move_pictures(
    const CTTensor *x, const CTTensor *mirrored, const CTTensor *down, const CTTensor *right,
    int64_t row_axis, int64_t column_axis, double fill, CTTensor **out) {
  return ct::making("move_pictures", out, [&] {
    const Tensor &value = x->value;
    const int64_t rank = value.dim();
    TORCH_CHECK(
        row_axis > 0 && column_axis > 0 && row_axis < rank && column_axis < rank &&
            row_axis != column_axis,
        "axes ", row_axis, " and ", column_axis, " are not two of those behind the batch");
    const int64_t batch = value.size(0);
    for (const CTTensor *draw : {mirrored, down, right}) {
      TORCH_CHECK(
          draw->value.dim() == 1 && draw->value.size(0) == batch &&
              at::isIntegralType(draw->value.scalar_type(), /*includeBool=*/true),
          "takes one whole number for each picture");
    }
    if (value.numel() == 0) return value;
    const Places rows(down->value, Tensor(), value.size(row_axis));
    const Places columns(right->value, mirrored->value.to(at::kBool), value.size(column_axis));
    const auto index = [&](const Places &places, int64_t axis, const Tensor &like) {
      return along(places.from, axis, rank).expand(like.sizes());
    };
    Tensor moved = at::gather(value, row_axis, index(rows, row_axis, value));
    moved = at::gather(moved, column_axis, index(columns, column_axis, moved));
    const Tensor inside =
        along(rows.inside, row_axis, rank).logical_and(along(columns.inside, column_axis, rank));
    return at::masked_fill(moved, inside.logical_not(), fill);
  });
}

CTFailure *ct_binary_cross_entropy(
    const CTTensor *logits, const CTTensor *targets, CTTensor **out) {
  return ct::making("binary_cross_entropy", out, [&] {
    return at::binary_cross_entropy_with_logits(
        logits->value, targets->value, {}, {}, at::Reduction::None);
  });
}

CTFailure *ct_pixel_cross_entropy(
    const CTTensor *logits, const CTTensor *targets, const CTTensor *weights,
    const CTTensor *samples, CTTensor **out) {
  return ct::making("pixel_cross_entropy", out, [&] {
    const Tensor &scores = logits->value;
    TORCH_CHECK(
        scores.dim() == 4 && targets->value.dim() == 3,
        "takes logits [batch, class, height, width] and classes [batch, height, width]");
    TORCH_CHECK(targets->value.scalar_type() == at::kByte, "classes of pixels are uint8");
    const Tensor classes = targets->value.to(at::kLong);
    const Tensor known = classes.ne(ignored);
    Tensor loss = at::cross_entropy_loss(
        scores, classes, optional(weights), at::Reduction::None, ignored);
    Tensor weight = known.to(scores.scalar_type());
    if (weights) {
      const Tensor places = classes.masked_fill(known.logical_not(), 0).flatten();
      weight = weight * weights->value.index_select(0, places).view_as(weight);
    }
    if (samples) {
      const Tensor ofSamples = samples->value.view({-1, 1, 1});
      loss = loss * ofSamples;
      weight = weight * ofSamples;
    }
    return loss.sum().div(weight.sum().clamp_min(1e-12));
  });
}

}  // extern "C"
