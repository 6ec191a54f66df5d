// The C face of libtorch: what `Tensors` needs and nothing else.
//
// Tensors and generators are opaque and owned by whoever got them: `ct_tensor_free`,
// `ct_generator_free`. A function that can fail returns NULL when it succeeded and writes its
// results through its last parameters; otherwise it returns a failure to be freed. No C++ exception
// leaves a function of this header.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct CTTensor CTTensor;
typedef struct CTGenerator CTGenerator;
typedef struct CTFailure CTFailure;
typedef struct CTPerceptron CTPerceptron;

/// Numbers shared with `DType` in Swift.
typedef enum {
  CT_FLOAT32 = 0,
  CT_FLOAT64 = 1,
  CT_INT64 = 2,
  CT_INT32 = 3,
  CT_INT16 = 4,
  CT_UINT8 = 5,
  CT_BOOL = 6,
  CT_FLOAT16 = 7,
} CTDType;

/// `index` is -1 for the CPU, else the number of the CUDA device; there are none below -1.
typedef struct {
  int index;
} CTDevice;

// Failures.

/// The operation of libtorch that threw.
const char *ct_failure_operation(const CTFailure *failure);
/// What it said, without its backtrace.
const char *ct_failure_message(const CTFailure *failure);
void ct_failure_free(CTFailure *failure);

// Process.

const char *ct_version(void);
/// Threads inside one operation of the calling thread, once it has called one.
int ct_threads(void);
/// CUDA devices that can be used; loads the CUDA half of libtorch when it is there.
int ct_cuda_devices(void);

// Gradient mode of the calling thread.

bool ct_gradients_enabled(void);
void ct_set_gradients_enabled(bool enabled);

// Making and reading.

CTFailure *ct_from_bytes(
    const void *bytes, CTDType type, const int64_t *shape, size_t rank, CTTensor **out);
CTFailure *ct_full(
    double value, CTDType type, const int64_t *shape, size_t rank, CTDevice device,
    CTTensor **out);
void ct_tensor_free(CTTensor *tensor);
size_t ct_rank(const CTTensor *tensor);
int64_t ct_size(const CTTensor *tensor, size_t axis);
int64_t ct_count(const CTTensor *tensor);
/// False when the tensor has a type that `CTDType` does not name.
bool ct_dtype(const CTTensor *tensor, CTDType *out);
CTDevice ct_device(const CTTensor *tensor);
bool ct_requires_gradient(const CTTensor *tensor);
/// Copies the elements, converted to `type`, row after row; `length` is the room in bytes.
CTFailure *ct_copy_out(const CTTensor *tensor, CTDType type, void *bytes, size_t length);
CTFailure *ct_to(const CTTensor *tensor, CTDType type, CTDevice device, CTTensor **out);
/// A copy with storage of its own and no history.
CTFailure *ct_copy(const CTTensor *tensor, CTTensor **out);
CTFailure *ct_detach(const CTTensor *tensor, CTTensor **out);
CTFailure *ct_set_requires_gradient(CTTensor *tensor, bool requires_gradient);
/// Overwrites the elements of `tensor`, outside any history.
CTFailure *ct_assign(CTTensor *tensor, const CTTensor *source);

// Randomness.

CTFailure *ct_generator(uint64_t seed, CTDevice device, CTGenerator **out);
void ct_generator_free(CTGenerator *generator);
CTFailure *ct_uniform(
    CTGenerator *generator, double low, double high, const int64_t *shape, size_t rank,
    CTTensor **out);
CTFailure *ct_normal(CTGenerator *generator, const int64_t *shape, size_t rank, CTTensor **out);
CTFailure *ct_permutation(CTGenerator *generator, int64_t count, CTTensor **out);
/// `x + deviation · ε`, ε ~ N(0, 1); the deviation is `scale`, times mean |x| when `relative`.
CTFailure *ct_perturb(
    const CTTensor *x, double scale, bool relative, CTGenerator *generator, CTTensor **out);
/// The mean of |x| over all elements of all tensors.
CTFailure *ct_mean_magnitude(const CTTensor *const *tensors, size_t count, double *out);
/// Zeroes with probability `rate`, scales the others by 1 / (1 - rate).
CTFailure *ct_dropout(
    const CTTensor *x, double rate, CTGenerator *generator, CTTensor **out);
/// Multiplies each channel (last axis) of each sample by exp(deviation · ε).
CTFailure *ct_scale_channels(
    const CTTensor *x, double deviation, CTGenerator *generator, CTTensor **out);
/// Moves each sample of `[batch, time, channel]` in a circle by -most to most steps.
CTFailure *ct_shift_time(
    const CTTensor *x, int64_t most, CTGenerator *generator, CTTensor **out);
/// Turns the triples of channels (last axis) of each sample about one random axis, by an angle
/// ~ N(0, deviation) in radians.
CTFailure *ct_rotate(
    const CTTensor *x, double deviation, CTGenerator *generator, CTTensor **out);
/// float32 `[rows, columns]`: 0 with probability `rate`, else 1; when `one`, no row is all 0.
CTFailure *ct_keep(
    CTGenerator *generator, int64_t rows, int64_t columns, double rate, bool one, CTTensor **out);

/// int64 `[count]`, each of low ... high, all equally likely.
CTFailure *ct_integers(
    CTGenerator *generator, int64_t low, int64_t high, int64_t count, CTTensor **out);

// Elements.

CTFailure *ct_add(const CTTensor *x, const CTTensor *y, CTTensor **out);
CTFailure *ct_subtract(const CTTensor *x, const CTTensor *y, CTTensor **out);
CTFailure *ct_multiply(const CTTensor *x, const CTTensor *y, CTTensor **out);
CTFailure *ct_divide(const CTTensor *x, const CTTensor *y, CTTensor **out);
CTFailure *ct_equal(const CTTensor *x, const CTTensor *y, CTTensor **out);
/// `x >= bound`, element by element.
CTFailure *ct_at_least(const CTTensor *x, double bound, CTTensor **out);
/// `value` where `mask` (bool, broadcast) says so, else the element of `x`.
CTFailure *ct_masked_fill(const CTTensor *x, const CTTensor *mask, double value, CTTensor **out);
/// `x · factor + offset`
CTFailure *ct_affine(const CTTensor *x, double factor, double offset, CTTensor **out);
CTFailure *ct_abs(const CTTensor *x, CTTensor **out);
CTFailure *ct_exp(const CTTensor *x, CTTensor **out);
CTFailure *ct_log(const CTTensor *x, CTTensor **out);
CTFailure *ct_square(const CTTensor *x, CTTensor **out);
CTFailure *ct_relu(const CTTensor *x, CTTensor **out);
/// The exact one, with the error function.
CTFailure *ct_gelu(const CTTensor *x, CTTensor **out);
CTFailure *ct_tanh(const CTTensor *x, CTTensor **out);
CTFailure *ct_sigmoid(const CTTensor *x, CTTensor **out);
CTFailure *ct_softmax(const CTTensor *x, int64_t axis, CTTensor **out);
CTFailure *ct_log_softmax(const CTTensor *x, int64_t axis, CTTensor **out);

// Reductions.

CTFailure *ct_sum_all(const CTTensor *x, CTTensor **out);
CTFailure *ct_mean_all(const CTTensor *x, CTTensor **out);
CTFailure *ct_sum(const CTTensor *x, int64_t axis, CTTensor **out);
CTFailure *ct_mean(const CTTensor *x, int64_t axis, CTTensor **out);
CTFailure *ct_argmax(const CTTensor *x, int64_t axis, CTTensor **out);

// Shapes and selection.

CTFailure *ct_reshape(const CTTensor *x, const int64_t *shape, size_t rank, CTTensor **out);
CTFailure *ct_transpose(const CTTensor *x, int64_t first, int64_t second, CTTensor **out);
/// Axis i of the result is axis `axes[i]` of `x`.
CTFailure *ct_permute(const CTTensor *x, const int64_t *axes, size_t rank, CTTensor **out);
CTFailure *ct_narrow(
    const CTTensor *x, int64_t axis, int64_t start, int64_t length, CTTensor **out);
CTFailure *ct_index_select(
    const CTTensor *x, int64_t axis, const CTTensor *indices, CTTensor **out);
CTFailure *ct_gather(const CTTensor *x, int64_t axis, const CTTensor *indices, CTTensor **out);
CTFailure *ct_concatenate(
    const CTTensor *const *tensors, size_t count, int64_t axis, CTTensor **out);

// Layers. `bias` and `weight` may be NULL where their layer can do without.

CTFailure *ct_matmul(const CTTensor *x, const CTTensor *y, CTTensor **out);
CTFailure *ct_linear(
    const CTTensor *x, const CTTensor *weight, const CTTensor *bias, CTTensor **out);
CTFailure *ct_conv1d(
    const CTTensor *x, const CTTensor *weight, const CTTensor *bias, int64_t stride,
    int64_t padding, int64_t dilation, CTTensor **out);
/// Updates the running statistics in place when `training` and they are there.
CTFailure *ct_batch_norm(
    const CTTensor *x, const CTTensor *weight, const CTTensor *bias, const CTTensor *mean,
    const CTTensor *variance, bool training, double momentum, double epsilon, CTTensor **out);
/// Over the last axes, as many as `weight` has.
CTFailure *ct_layer_norm(
    const CTTensor *x, const CTTensor *weight, const CTTensor *bias, double epsilon,
    CTTensor **out);
CTFailure *ct_max_pool1d(const CTTensor *x, int64_t window, int64_t stride, CTTensor **out);

// Pictures `[batch, channel, height, width]` (see Pictures.cpp).

CTFailure *ct_conv2d(
    const CTTensor *x, const CTTensor *weight, const CTTensor *bias, int64_t stride,
    int64_t padding, int64_t dilation, int64_t groups, CTTensor **out);
CTFailure *ct_max_pool2d(
    const CTTensor *x, int64_t window, int64_t stride, int64_t padding, CTTensor **out);
/// What the padding adds counts as zeros.
CTFailure *ct_average_pool2d(
    const CTTensor *x, int64_t window, int64_t stride, int64_t padding, CTTensor **out);
CTFailure *ct_adaptive_average_pool2d(
    const CTTensor *x, int64_t height, int64_t width, CTTensor **out);
/// Bilinear; the corners of the pictures, not the middles of the corner pixels, stay in place.
CTFailure *ct_resize_bilinear(const CTTensor *x, int64_t height, int64_t width, CTTensor **out);
/// Mirrors each picture, where `mirrored` (uint8 `[batch]`) says so, then moves it by `down` and
/// `right` pixels (int64 `[batch]`); pixels that come from outside are `fill`. The rows and columns
/// of `x` stand along the two axes; its first axis is the batch.
CTFailure *ct_move_pictures(
    const CTTensor *x, const CTTensor *mirrored, const CTTensor *down, const CTTensor *right,
    int64_t row_axis, int64_t column_axis, double fill, CTTensor **out);

// Losses.

/// The cross entropy of each logit with the probability at its place in `targets`.
CTFailure *ct_binary_cross_entropy(const CTTensor *logits, const CTTensor *targets, CTTensor **out);
/// `sum(w * loss) / sum(w)` over the pixels of logits `[batch, class, height, width]` and uint8
/// classes `[batch, height, width]`, those of 255 left out; 0 when all are. w is the weight of the
/// pixel's class (`weights`, `[class]`) times that of its sample (`samples`, `[batch]`); NULL: 1.
CTFailure *ct_pixel_cross_entropy(
    const CTTensor *logits, const CTTensor *targets, const CTTensor *weights,
    const CTTensor *samples, CTTensor **out);

// Gradients and optimisers.

/// Gradients of the scalar `loss`, one for each parameter; `out` has room for `count`.
CTFailure *ct_gradients(
    const CTTensor *loss, const CTTensor *const *parameters, size_t count, CTTensor **out);
/// One step of SGD, in place, on contiguous parameters. `momenta` is read from the second step on, unused at momentum 0.
CTFailure *ct_sgd(
    const CTTensor *const *parameters, const CTTensor *const *gradients,
    const CTTensor *const *momenta, size_t count, double rate, double momentum, bool nesterov,
    double decay, bool first);
/// One step of Adam, in place; of AdamW when `decoupled`. `steps` are scalars that count.
CTFailure *ct_adam(
    const CTTensor *const *parameters, const CTTensor *const *gradients,
    const CTTensor *const *means, const CTTensor *const *squares, const CTTensor *const *steps,
    size_t count, double rate, double beta1, double beta2, double epsilon, double decay,
    bool decoupled);

// The fused gradient of small perceptrons (see Perceptron.cpp).

/// A chain of affine layers, each but the head's last one followed by its activation.
typedef struct {
  /// Width of the input, then of each layer.
  const int64_t *widths;
  /// Layers, one less than widths; 0 passes the input on.
  size_t layers;
  /// Numbers shared with `Activation` in Swift: 0 relu, 1 gelu, 2 tanh, 3 sigmoid.
  int activation;
} CTChain;

CTFailure *ct_perceptron(
    const CTChain *encoders, size_t count, const CTChain *head, CTPerceptron **out);
void ct_perceptron_free(CTPerceptron *perceptron);
int64_t ct_perceptron_parameters(const CTPerceptron *perceptron);
/// Mean weighted cross entropy and its gradient, written over `gradient`.
///
/// - inputs: `count` of them, one float32 `[n, width]` for each encoder
/// - targets: int64 `[n]` or float32 `[n, classes]`
/// - weights: float32 `[n]` or NULL
CTFailure *ct_perceptron_gradient(
    CTPerceptron *perceptron, const CTTensor *parameters, const CTTensor *const *inputs,
    size_t count, const CTTensor *targets, const CTTensor *weights, CTTensor *gradient, double *loss);

#ifdef __cplusplus
}
#endif

#include "CTLayers.h"
#include "CTScript.h"
#include "CTTraining.h"
#include "CTTransforms.h"
