#include "Handles.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/variable.h>
#include <torch/version.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <dlfcn.h>
#include <mutex>
#include <vector>

namespace {

using at::Tensor;

at::ScalarType scalarType(CTDType type) {
  switch (type) {
    case CT_FLOAT32: return at::kFloat;
    case CT_FLOAT64: return at::kDouble;
    case CT_INT64: return at::kLong;
    case CT_INT32: return at::kInt;
    case CT_INT16: return at::kShort;
    case CT_UINT8: return at::kByte;
    case CT_BOOL: return at::kBool;
    case CT_FLOAT16: return at::kHalf;
  }
  TORCH_CHECK(false, "no element type has number ", static_cast<int>(type));
}

at::Device device(CTDevice device) {
  if (device.index == -1) return at::Device(at::kCPU);
  const int count = ct_cuda_devices();
  TORCH_CHECK(
      device.index >= 0 && device.index < count, "there is no CUDA device ", device.index, "; usable devices: ", count);
  return at::Device(at::kCUDA, static_cast<c10::DeviceIndex>(device.index));
}

at::IntArrayRef sizes(const int64_t *shape, size_t rank) { return {shape, rank}; }

std::vector<Tensor> list(const CTTensor *const *tensors, size_t count) {
  std::vector<Tensor> result;
  result.reserve(count);
  for (size_t i = 0; i < count; ++i) result.push_back(tensors[i]->value);
  return result;
}

std::optional<Tensor> optional(const CTTensor *tensor) {
  return tensor ? std::optional<Tensor>(tensor->value) : std::nullopt;
}

/// Whether calling operations on `x` would cost more than what they compute.
bool isSmallConstant(const Tensor &x) {
  return x.numel() <= 4096 && x.is_cpu() && x.scalar_type() == at::kFloat && x.is_contiguous() &&
         !x.requires_grad();
}

double sumOfMagnitudes(const Tensor &x) {
  if (!isSmallConstant(x)) return x.detach().abs().sum(at::kDouble).item<double>();
  const float *values = x.const_data_ptr<float>();
  double sum = 0;
  for (int64_t i = 0; i < x.numel(); ++i) sum += std::abs(values[i]);
  return sum;
}

/// `noise = x + deviation · noise`, in one go.
void perturbInPlace(Tensor &noise, const Tensor &x, double scale, bool relative) {
  const float *values = x.const_data_ptr<float>();
  float *out = noise.mutable_data_ptr<float>();
  const int64_t count = x.numel();
  const float factor = static_cast<float>(
      relative ? scale * (sumOfMagnitudes(x) / static_cast<double>(count)) : scale);
  for (int64_t i = 0; i < count; ++i) out[i] = values[i] + factor * out[i];
}

/// libtorch's fused steps trust their operands: what they would read past its end is refused here.
void checkAlike(
    const char *name, const std::vector<Tensor> &tensors, const std::vector<Tensor> &like) {
  for (size_t i = 0; i < tensors.size(); ++i) {
    const Tensor &one = tensors[i], &parameter = like[i];
    TORCH_CHECK(parameter.is_contiguous(), "parameter ", i, " is not contiguous");
    TORCH_CHECK(
        one.is_contiguous() && one.sizes() == parameter.sizes() &&
            one.scalar_type() == parameter.scalar_type() && one.device() == parameter.device(),
        name, " ", i, " is ", one.scalar_type(), " ", one.sizes(), ", its parameter ",
        parameter.scalar_type(), " ", parameter.sizes());
  }
}

/// Gradients as optimisers take them; autograd hands out expanded ones.
std::vector<Tensor> slopes(const CTTensor *const *gradients, size_t count) {
  std::vector<Tensor> result = list(gradients, count);
  for (Tensor &gradient : result) gradient = gradient.contiguous();
  return result;
}

}  // namespace

void ct::use_one_thread() {
  thread_local bool isSet = false;
  if (isSet) return;
  // It also writes settings that all threads share: those of MKL and of libtorch's own caches.
  static std::mutex mutex;
  const std::lock_guard<std::mutex> lock(mutex);
  at::set_num_threads(1);
  isSet = true;
}

extern "C" {

// Failures.

const char *ct_failure_operation(const CTFailure *failure) { return failure->operation.c_str(); }
const char *ct_failure_message(const CTFailure *failure) { return failure->message.c_str(); }
void ct_failure_free(CTFailure *failure) { delete failure; }

// Process.

const char *ct_version(void) { return TORCH_VERSION; }
int ct_threads(void) { return at::get_num_threads(); }

int ct_cuda_devices(void) {
  static const int count = [] {
    // Its kernels register themselves when it is loaded; without it there is no CUDA.
    if (dlopen("libtorch_cuda.so", RTLD_NOW | RTLD_GLOBAL) == nullptr) return 0;
    try {
      if (!at::globalContext().hasCUDA()) return 0;
      return static_cast<int>(at::globalContext().getAcceleratorHooksInterface(at::kCUDA)
                                  .deviceCount());
    } catch (const std::exception &) {
      return 0;
    }
  }();
  return count;
}

// Gradient mode.

bool ct_gradients_enabled(void) { return at::GradMode::is_enabled(); }
void ct_set_gradients_enabled(bool enabled) { at::GradMode::set_enabled(enabled); }

// Making and reading.

CTFailure *ct_from_bytes(
    const void *bytes, CTDType type, const int64_t *shape, size_t rank, CTTensor **out) {
  return ct::making("from_bytes", out, [&] {
    Tensor result = at::empty(sizes(shape, rank), scalarType(type));
    if (result.numel() > 0) std::memcpy(result.data_ptr(), bytes, result.nbytes());
    return result;
  });
}

CTFailure *ct_full(
    double value, CTDType type, const int64_t *shape, size_t rank, CTDevice on, CTTensor **out) {
  return ct::making("full", out, [&] {
    return at::full(
        sizes(shape, rank), value, at::TensorOptions().dtype(scalarType(type)).device(device(on)));
  });
}

void ct_tensor_free(CTTensor *tensor) { delete tensor; }
size_t ct_rank(const CTTensor *tensor) { return static_cast<size_t>(tensor->value.dim()); }
int64_t ct_size(const CTTensor *tensor, size_t axis) { return tensor->value.sizes()[axis]; }
int64_t ct_count(const CTTensor *tensor) { return tensor->value.numel(); }

bool ct_dtype(const CTTensor *tensor, CTDType *out) {
  switch (tensor->value.scalar_type()) {
    case at::kFloat: *out = CT_FLOAT32; return true;
    case at::kDouble: *out = CT_FLOAT64; return true;
    case at::kLong: *out = CT_INT64; return true;
    case at::kInt: *out = CT_INT32; return true;
    case at::kShort: *out = CT_INT16; return true;
    case at::kByte: *out = CT_UINT8; return true;
    case at::kBool: *out = CT_BOOL; return true;
    case at::kHalf: *out = CT_FLOAT16; return true;
    default: return false;
  }
}

CTDevice ct_device(const CTTensor *tensor) {
  return {tensor->value.is_cpu() ? -1 : static_cast<int>(tensor->value.get_device())};
}

bool ct_requires_gradient(const CTTensor *tensor) { return tensor->value.requires_grad(); }

CTFailure *ct_copy_out(const CTTensor *tensor, CTDType type, void *bytes, size_t length) {
  return ct::guarded("copy_out", [&] {
    const Tensor whole = tensor->value.detach().to(at::kCPU, scalarType(type)).contiguous();
    TORCH_CHECK(whole.nbytes() == length, whole.nbytes(), " bytes do not fit ", length);
    if (length > 0) std::memcpy(bytes, whole.const_data_ptr(), length);
  });
}

CTFailure *ct_to(const CTTensor *tensor, CTDType type, CTDevice on, CTTensor **out) {
  return ct::making("to", out, [&] { return tensor->value.to(device(on), scalarType(type)); });
}

CTFailure *ct_copy(const CTTensor *tensor, CTTensor **out) {
  return ct::making("copy", out, [&] {
    return tensor->value.detach().clone(at::MemoryFormat::Contiguous);
  });
}

CTFailure *ct_detach(const CTTensor *tensor, CTTensor **out) {
  return ct::making("detach", out, [&] { return tensor->value.detach(); });
}

CTFailure *ct_set_requires_gradient(CTTensor *tensor, bool requires_gradient) {
  return ct::guarded("requires_grad_", [&] { tensor->value.set_requires_grad(requires_gradient); });
}

CTFailure *ct_assign(CTTensor *tensor, const CTTensor *source) {
  return ct::guarded("copy_", [&] {
    TORCH_CHECK(
        tensor->value.sizes() == source->value.sizes(), "shape ", source->value.sizes(),
        " cannot replace shape ", tensor->value.sizes());
    at::NoGradGuard guard;
    tensor->value.copy_(source->value);
  });
}

// Randomness.

CTFailure *ct_generator(uint64_t seed, CTDevice on, CTGenerator **out) {
  return ct::guarded("generator", [&] {
    if (on.index == -1) {
      *out = new CTGenerator{at::detail::createCPUGenerator(seed)};
      return;
    }
    at::Generator generator = at::globalContext().defaultGenerator(device(on)).clone();
    generator.set_current_seed(seed);
    *out = new CTGenerator{generator};
  });
}

void ct_generator_free(CTGenerator *generator) { delete generator; }

CTFailure *ct_uniform(
    CTGenerator *generator, double low, double high, const int64_t *shape, size_t rank,
    CTTensor **out) {
  return ct::making("uniform", out, [&] {
    return at::empty(sizes(shape, rank), at::TensorOptions().device(generator->value.device()))
        .uniform_(low, high, generator->value);
  });
}

CTFailure *ct_normal(CTGenerator *generator, const int64_t *shape, size_t rank, CTTensor **out) {
  return ct::making("normal", out, [&] {
    return at::empty(sizes(shape, rank), at::TensorOptions().device(generator->value.device()))
        .normal_(0, 1, generator->value);
  });
}

CTFailure *ct_permutation(CTGenerator *generator, int64_t count, CTTensor **out) {
  return ct::making("permutation", out, [&] {
    return at::randperm(
        count, generator->value,
        at::TensorOptions().dtype(at::kLong).device(generator->value.device()));
  });
}

CTFailure *ct_perturb(
    const CTTensor *x, double scale, bool relative, CTGenerator *generator, CTTensor **out) {
  return ct::making("perturb", out, [&] {
    Tensor noise = at::empty(x->value.sizes(), x->value.options().requires_grad(false));
    noise.normal_(0, 1, generator->value);
    if (isSmallConstant(x->value)) {
      perturbInPlace(noise, x->value, scale, relative);
      return noise;
    }
    if (!relative) return at::add(x->value, noise, scale);
    return at::addcmul(x->value, noise, x->value.detach().abs().mean(), scale);
  });
}

CTFailure *ct_mean_magnitude(const CTTensor *const *tensors, size_t count, double *out) {
  return ct::guarded("mean_magnitude", [&] {
    double sum = 0;
    int64_t elements = 0;
    for (size_t i = 0; i < count; ++i) {
      sum += sumOfMagnitudes(tensors[i]->value);
      elements += tensors[i]->value.numel();
    }
    *out = sum / static_cast<double>(elements);
  });
}

CTFailure *ct_dropout(const CTTensor *x, double rate, CTGenerator *generator, CTTensor **out) {
  return ct::making("dropout", out, [&] {
    Tensor mask = at::empty(x->value.sizes(), x->value.options().requires_grad(false));
    mask.bernoulli_(1 - rate, generator->value).div_(1 - rate);
    return at::mul(x->value, mask);
  });
}

CTFailure *ct_scale_channels(
    const CTTensor *x, double deviation, CTGenerator *generator, CTTensor **out) {
  return ct::making("scale_channels", out, [&] {
    const Tensor &value = x->value;
    TORCH_CHECK(value.dim() >= 2, "takes [batch, ..., channel]");
    std::vector<int64_t> shape(value.dim(), 1);
    shape.front() = value.size(0);
    shape.back() = value.size(-1);
    Tensor factor = at::empty(shape, value.options().requires_grad(false));
    factor.normal_(0, 1, generator->value).mul_(deviation).exp_();
    return at::mul(value, factor);
  });
}

CTFailure *ct_shift_time(
    const CTTensor *x, int64_t most, CTGenerator *generator, CTTensor **out) {
  return ct::making("shift_time", out, [&] {
    const Tensor &value = x->value;
    TORCH_CHECK(value.dim() == 3, "takes [batch, time, channel]");
    TORCH_CHECK(most >= 0, "shifts by up to ", most, " steps");
    const int64_t batch = value.size(0), time = value.size(1);
    if (value.numel() == 0) return value;
    const at::TensorOptions options = value.options().dtype(at::kLong).requires_grad(false);
    const Tensor shift =
        at::empty({batch, 1}, options).random_(-most, most + 1, generator->value);
    const Tensor steps = at::remainder(at::arange(time, options).unsqueeze(0).sub(shift), time);
    return at::gather(value, 1, steps.unsqueeze(2).expand(value.sizes()));
  });
}

CTFailure *ct_rotate(
    const CTTensor *x, double deviation, CTGenerator *generator, CTTensor **out) {
  return ct::making("rotate", out, [&] {
    const Tensor &value = x->value;
    TORCH_CHECK(value.dim() >= 2, "takes [batch, ..., channel]");
    const int64_t batch = value.size(0), channels = value.size(-1);
    TORCH_CHECK(channels % 3 == 0, channels, " channels are not triples of x, y, z");
    if (value.numel() == 0) return value;
    const at::TensorOptions options = value.options().requires_grad(false);
    // Four normals each: the direction of three is uniform on the sphere, the fourth is the angle.
    const Tensor draws = at::empty({batch, 4}, options).normal_(0, 1, generator->value);
    const Tensor axis = at::narrow(draws, 1, 0, 3);
    const Tensor unit = axis.div(at::norm(axis, 2, {1}, true).clamp_min(1e-12));
    const Tensor angle = at::narrow(draws, 1, 3, 1).mul(deviation).unsqueeze(2);
    // Rodrigues: R = I + sin(angle) K + (1 - cos(angle)) K K, with K v = unit x v.
    const Tensor x1 = at::select(unit, 1, 0), y1 = at::select(unit, 1, 1),
                 z1 = at::select(unit, 1, 2), zero = at::zeros_like(x1);
    const Tensor cross =
        at::stack({zero, z1.neg(), y1, z1, zero, x1.neg(), y1.neg(), x1, zero}, 1)
            .view({batch, 3, 3});
    const Tensor rotation = at::eye(3, options)
                                .unsqueeze(0)
                                .add(cross.mul(at::sin(angle)))
                                .add(at::bmm(cross, cross).mul(at::cos(angle).neg().add(1)));
    return at::bmm(value.reshape({batch, -1, 3}), rotation.transpose(1, 2))
        .reshape(value.sizes());
  });
}

CTFailure *ct_keep(
    CTGenerator *generator, int64_t rows, int64_t columns, double rate, bool one, CTTensor **out) {
  return ct::making("keep", out, [&] {
    const Tensor draws =
        at::empty({rows, columns}, at::TensorOptions().device(generator->value.device()))
            .uniform_(0, 1, generator->value);
    Tensor kept = draws.ge(rate);
    if (one && columns > 0) kept = kept.logical_or(draws.eq(std::get<0>(at::max(draws, 1, true))));
    return kept.to(at::kFloat);
  });
}

CTFailure *ct_integers(
    CTGenerator *generator, int64_t low, int64_t high, int64_t count, CTTensor **out) {
  return ct::making("integers", out, [&] {
    TORCH_CHECK(low <= high && high < INT64_MAX, "no number is in ", low, " ... ", high);
    return at::empty(
               {count}, at::TensorOptions().dtype(at::kLong).device(generator->value.device()))
        .random_(low, high + 1, generator->value);
  });
}

// Elements.

#define CT_UNARY(name, expression)                        \
  CTFailure *ct_##name(const CTTensor *x, CTTensor **out) { \
    return ct::making(#name, out, [&] { return expression; }); \
  }
#define CT_BINARY(name, operation)                                             \
  CTFailure *ct_##name(const CTTensor *x, const CTTensor *y, CTTensor **out) { \
    return ct::making(#name, out, [&] { return operation(x->value, y->value); }); \
  }

CT_BINARY(add, at::add)
CT_BINARY(subtract, at::sub)
CT_BINARY(multiply, at::mul)
CT_BINARY(divide, at::div)
CT_BINARY(equal, at::eq)
CT_BINARY(matmul, at::matmul)

CT_UNARY(abs, at::abs(x->value))
CT_UNARY(exp, at::exp(x->value))
CT_UNARY(log, at::log(x->value))
CT_UNARY(square, at::square(x->value))
CT_UNARY(relu, at::relu(x->value))
CT_UNARY(gelu, at::gelu(x->value))
CT_UNARY(tanh, at::tanh(x->value))
CT_UNARY(sigmoid, at::sigmoid(x->value))
CT_UNARY(sum_all, at::sum(x->value))
CT_UNARY(mean_all, at::mean(x->value))

CTFailure *ct_at_least(const CTTensor *x, double bound, CTTensor **out) {
  return ct::making("at_least", out, [&] { return at::ge(x->value, bound); });
}

CTFailure *ct_masked_fill(
    const CTTensor *x, const CTTensor *mask, double value, CTTensor **out) {
  return ct::making("masked_fill", out, [&] {
    return at::masked_fill(x->value, mask->value, value);
  });
}

CTFailure *ct_affine(const CTTensor *x, double factor, double offset, CTTensor **out) {
  return ct::making("affine", out, [&] {
    const Tensor scaled = factor == 1 ? x->value : at::mul(x->value, factor);
    return offset == 0 ? scaled : at::add(scaled, offset);
  });
}

CTFailure *ct_softmax(const CTTensor *x, int64_t axis, CTTensor **out) {
  return ct::making("softmax", out, [&] { return at::softmax(x->value, axis); });
}

CTFailure *ct_log_softmax(const CTTensor *x, int64_t axis, CTTensor **out) {
  return ct::making("log_softmax", out, [&] { return at::log_softmax(x->value, axis); });
}

// Reductions.

CTFailure *ct_sum(const CTTensor *x, int64_t axis, CTTensor **out) {
  return ct::making("sum", out, [&] { return at::sum(x->value, axis); });
}

CTFailure *ct_mean(const CTTensor *x, int64_t axis, CTTensor **out) {
  return ct::making("mean", out, [&] { return at::mean(x->value, axis); });
}

CTFailure *ct_argmax(const CTTensor *x, int64_t axis, CTTensor **out) {
  return ct::making("argmax", out, [&] { return at::argmax(x->value, axis); });
}

// Shapes and selection.

CTFailure *ct_reshape(const CTTensor *x, const int64_t *shape, size_t rank, CTTensor **out) {
  return ct::making("reshape", out, [&] { return at::reshape(x->value, sizes(shape, rank)); });
}

CTFailure *ct_transpose(const CTTensor *x, int64_t first, int64_t second, CTTensor **out) {
  return ct::making("transpose", out, [&] { return at::transpose(x->value, first, second); });
}

CTFailure *ct_permute(const CTTensor *x, const int64_t *axes, size_t rank, CTTensor **out) {
  return ct::making("permute", out, [&] { return at::permute(x->value, sizes(axes, rank)); });
}

CTFailure *ct_narrow(
    const CTTensor *x, int64_t axis, int64_t start, int64_t length, CTTensor **out) {
  return ct::making("narrow", out, [&] { return at::narrow(x->value, axis, start, length); });
}

CTFailure *ct_index_select(
    const CTTensor *x, int64_t axis, const CTTensor *indices, CTTensor **out) {
  return ct::making(
      "index_select", out, [&] { return at::index_select(x->value, axis, indices->value); });
}

CTFailure *ct_gather(const CTTensor *x, int64_t axis, const CTTensor *indices, CTTensor **out) {
  return ct::making("gather", out, [&] { return at::gather(x->value, axis, indices->value); });
}

CTFailure *ct_concatenate(
    const CTTensor *const *tensors, size_t count, int64_t axis, CTTensor **out) {
  return ct::making("concatenate", out, [&] { return at::cat(list(tensors, count), axis); });
}

// Layers.

CTFailure *ct_linear(
    const CTTensor *x, const CTTensor *weight, const CTTensor *bias, CTTensor **out) {
  return ct::making(
      "linear", out, [&] { return at::linear(x->value, weight->value, optional(bias)); });
}

CTFailure *ct_conv1d(
    const CTTensor *x, const CTTensor *weight, const CTTensor *bias, int64_t stride,
    int64_t padding, int64_t dilation, CTTensor **out) {
  return ct::making("conv1d", out, [&] {
    return at::conv1d(x->value, weight->value, optional(bias), stride, padding, dilation);
  });
}

CTFailure *ct_batch_norm(
    const CTTensor *x, const CTTensor *weight, const CTTensor *bias, const CTTensor *mean,
    const CTTensor *variance, bool training, double momentum, double epsilon, CTTensor **out) {
  return ct::making("batch_norm", out, [&] {
    if (training) {
      const int64_t values = x->value.numel() / std::max<int64_t>(x->value.size(1), 1);
      TORCH_CHECK(values > 1, "training needs more than 1 value per channel, got ", values);
    }
    return at::batch_norm(
        x->value, optional(weight), optional(bias), optional(mean), optional(variance), training,
        momentum, epsilon, false);
  });
}

CTFailure *ct_layer_norm(
    const CTTensor *x, const CTTensor *weight, const CTTensor *bias, double epsilon,
    CTTensor **out) {
  return ct::making("layer_norm", out, [&] {
    return at::layer_norm(x->value, weight->value.sizes(), weight->value, optional(bias), epsilon);
  });
}

CTFailure *ct_max_pool1d(const CTTensor *x, int64_t window, int64_t stride, CTTensor **out) {
  return ct::making("max_pool1d", out, [&] { return at::max_pool1d(x->value, window, stride); });
}

// Gradients and optimisers.

CTFailure *ct_gradients(
    const CTTensor *loss, const CTTensor *const *parameters, size_t count, CTTensor **out) {
  return ct::guarded("gradients", [&] {
    const std::vector<Tensor> inputs = list(parameters, count);
    std::vector<Tensor> gradients = torch::autograd::grad(
        {loss->value}, inputs, {}, /*retain_graph=*/std::nullopt, /*create_graph=*/false,
        /*allow_unused=*/true);
    for (size_t i = 0; i < count; ++i) {
      // A parameter that the loss does not reach has the gradient zero.
      if (!gradients[i].defined()) gradients[i] = at::zeros_like(inputs[i]);
    }
    for (size_t i = 0; i < count; ++i) out[i] = new CTTensor{std::move(gradients[i])};
  });
}

CTFailure *ct_sgd(
    const CTTensor *const *parameters, const CTTensor *const *gradients,
    const CTTensor *const *momenta, size_t count, double rate, double momentum, bool nesterov,
    double decay, bool first) {
  return ct::guarded("sgd", [&] {
    at::NoGradGuard guard;
    const std::vector<Tensor> values = list(parameters, count);
    const std::vector<Tensor> steps = slopes(gradients, count);
    const std::vector<Tensor> buffers =
        momentum == 0 ? std::vector<Tensor>{} : list(momenta, count);
    checkAlike("gradient", steps, values);
    checkAlike("momentum", buffers, values);
    at::_fused_sgd_(
        values, steps, buffers, decay, momentum, rate, /*dampening=*/0, nesterov,
        /*maximize=*/false, first);
  });
}

CTFailure *ct_adam(
    const CTTensor *const *parameters, const CTTensor *const *gradients,
    const CTTensor *const *means, const CTTensor *const *squares, const CTTensor *const *steps,
    size_t count, double rate, double beta1, double beta2, double epsilon, double decay,
    bool decoupled) {
  return ct::guarded(decoupled ? "adamw" : "adam", [&] {
    at::NoGradGuard guard;
    const std::vector<Tensor> values = list(parameters, count);
    const std::vector<Tensor> gradientsOfAll = slopes(gradients, count);
    const std::vector<Tensor> first = list(means, count);
    const std::vector<Tensor> second = list(squares, count);
    const std::vector<Tensor> counters = list(steps, count);
    checkAlike("gradient", gradientsOfAll, values);
    checkAlike("mean", first, values);
    checkAlike("square", second, values);
    for (const Tensor &counter : counters) {
      TORCH_CHECK(
          counter.numel() == 1 && counter.scalar_type() == at::kFloat,
          "a counter is one float32, not ", counter.scalar_type(), " ", counter.sizes());
    }
    for (const Tensor &counter : counters) counter.add_(1);
    if (decoupled) {
      at::_fused_adamw_(
          values, gradientsOfAll, first, second, {}, counters, rate, beta1, beta2, decay, epsilon,
          /*amsgrad=*/false, /*maximize=*/false);
    } else {
      at::_fused_adam_(
          values, gradientsOfAll, first, second, {}, counters, rate, beta1, beta2, decay, epsilon,
          /*amsgrad=*/false, /*maximize=*/false);
    }
  });
}

}  // extern "C"
