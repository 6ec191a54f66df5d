// TorchScript: modules that PyTorch or this project saved, and modules traced from a function of
// tensors. Included by CTorch.h, whose rules of ownership hold.
#pragma once

#include "CTorch.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct CTScript CTScript;
typedef struct CTText CTText;

/// Loads what `torch.jit.save` writes, in evaluation mode.
CTFailure *ct_script_load(const void *bytes, size_t length, CTDevice device, CTScript **out);
void ct_script_free(CTScript *script);
/// As `torch.jit.load` reads it.
CTFailure *ct_script_save(const CTScript *script, CTText **out);
/// The declaration of `forward`, such as `forward(__torch__.Net self, Tensor x) -> Tensor`.
CTFailure *ct_script_signature(const CTScript *script, CTText **out);
/// How many arguments `forward` takes beside the module itself: those it needs, and all.
CTFailure *ct_script_arguments(const CTScript *script, size_t *needed, size_t *all);
/// Numbers in all parameters.
int64_t ct_script_parameter_count(const CTScript *script);

/// One step into what a module returns: a key of a dict, or where `key` is NULL a place in a tuple
/// or list.
typedef struct {
  const char *key;
  int64_t index;
} CTStep;

/// Runs `forward`, without gradients and without the rewriting of graphs that would make a result
/// depend on how often it ran.
///
/// - names: where given, the tensors go in as one dict; else one by one
/// - steps: the way to the tensor in what it returns
CTFailure *ct_script_forward(
    const CTScript *script, const CTTensor *const *inputs, const char *const *names, size_t count,
    const CTStep *steps, size_t depth, CTTensor **out);

/// The function to be traced. It owns the tensors of `inputs`; what it writes to `out` is owned by
/// the caller. False when it failed.
typedef bool (*CTFunction)(
    void *context, CTTensor *const *inputs, size_t count, CTTensor **out);

/// A module whose `forward` does what `function` does to `inputs`, one argument for each.
///
/// - arguments: their names, which are identifiers
/// - attributes: dotted names of the tensors that the function uses, the very tensors; those that
///   have a gradient become parameters, the others buffers
CTFailure *ct_script_trace(
    const char *const *arguments, const CTTensor *const *inputs, size_t count,
    const char *const *attributes, const CTTensor *const *tensors, size_t attribute_count,
    CTFunction function, void *context, CTScript **out);

const char *ct_text_bytes(const CTText *text);
size_t ct_text_length(const CTText *text);
void ct_text_free(CTText *text);

// What answers of foreign networks and missing values need.

/// `log(sum(exp(x)))` over an axis, which disappears.
CTFailure *ct_log_sum_exp(const CTTensor *x, int64_t axis, CTTensor **out);
/// The greatest element over an axis, which disappears.
CTFailure *ct_greatest(const CTTensor *x, int64_t axis, CTTensor **out);
/// Each element, those below `low` or above `high` replaced by that bound.
CTFailure *ct_clamp(const CTTensor *x, double low, double high, CTTensor **out);
/// `value` where the element is no number.
CTFailure *ct_replace_nan(const CTTensor *x, double value, CTTensor **out);
/// As float32, wherever it is: unlike `ct_to` it binds no trace to a device.
CTFailure *ct_as_float32(const CTTensor *x, CTTensor **out);
/// A handle of its own on the same tensor, with its history.
CTFailure *ct_share(const CTTensor *x, CTTensor **out);
/// The same elements, row after row in memory.
CTFailure *ct_contiguous(const CTTensor *x, CTTensor **out);
/// Whether every element is a finite number.
CTFailure *ct_is_finite(const CTTensor *x, bool *out);

#ifdef __cplusplus
}
#endif
