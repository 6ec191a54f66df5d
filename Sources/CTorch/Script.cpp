// TorchScript modules: load, run, trace, save.

#include "CTScript.h"
#include "Handles.h"

#include <ATen/core/Dict.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/frontend/tracer.h>
#include <torch/csrc/jit/passes/dead_code_elimination.h>
#include <torch/csrc/jit/runtime/graph_executor.h>
#include <torch/csrc/jit/serialization/import.h>

#include <cstring>
#include <sstream>
#include <streambuf>
#include <utility>
#include <vector>

struct CTScript {
  torch::jit::Module module;
};

struct CTText {
  std::string value;
};

namespace {

using at::Tensor;
using c10::IValue;
using torch::jit::Module;

/// Reads bytes where they lie.
class Bytes : public std::streambuf {
 public:
  Bytes(const void *bytes, size_t length) {
    char *start = const_cast<char *>(static_cast<const char *>(bytes));
    setg(start, start, start + length);
  }

 protected:
  pos_type seekoff(off_type offset, std::ios_base::seekdir way, std::ios_base::openmode) override {
    char *base = way == std::ios_base::beg ? eback() : way == std::ios_base::cur ? gptr() : egptr();
    if (offset < eback() - base || offset > egptr() - base) return pos_type(off_type(-1));
    setg(eback(), base + offset, egptr());
    return pos_type(gptr() - eback());
  }

  pos_type seekpos(pos_type place, std::ios_base::openmode mode) override {
    return seekoff(off_type(place), std::ios_base::beg, mode);
  }
};

at::Device device(CTDevice device) {
  return device.index < 0 ? at::Device(at::kCPU)
                          : at::Device(at::kCUDA, static_cast<c10::DeviceIndex>(device.index));
}

/// What a value is, in the words of Python.
std::string kind(const IValue &value) {
  std::ostringstream text;
  if (value.isTensor()) {
    text << "a tensor";
  } else if (value.isTuple()) {
    text << "a tuple of " << value.toTupleRef().elements().size();
  } else if (value.isList()) {
    text << "a list of " << value.toListRef().size();
  } else if (value.isGenericDict()) {
    text << "a dict with the keys";
    for (const auto &entry : value.toGenericDict()) {
      if (entry.key().isString()) text << " '" << entry.key().toStringRef() << "'";
    }
  } else {
    text << "a value of type " << value.type()->annotation_str();
  }
  return text.str();
}

IValue stepped(const IValue &value, const CTStep &step) {
  if (step.key != nullptr) {
    TORCH_CHECK(value.isGenericDict(), "it returns ", kind(value), ", not a dict with '", step.key, "'");
    for (const auto &entry : value.toGenericDict()) {
      if (entry.key().isString() && entry.key().toStringRef() == step.key) return entry.value();
    }
    TORCH_CHECK(false, "it returns ", kind(value), ", and none of them is '", step.key, "'");
  }
  TORCH_CHECK(
      value.isTuple() || value.isList(), "it returns ", kind(value), ", not a tuple or list with place ",
      step.index);
  const auto place = [&](size_t size) {
    TORCH_CHECK(
        step.index >= 0 && static_cast<size_t>(step.index) < size, "it returns ", kind(value),
        ", which has no place ", step.index);
    return static_cast<size_t>(step.index);
  };
  if (value.isTuple()) {
    const auto &elements = value.toTupleRef().elements();
    return elements[place(elements.size())];
  }
  const std::vector<IValue> elements = value.toListRef().vec();
  return elements[place(elements.size())];
}

/// The module that holds what is called `path`, made where it is not there yet.
Module submodule(
    Module parent, const std::vector<std::string> &path,
    const std::shared_ptr<torch::jit::CompilationUnit> &unit) {
  std::string name = "__torch__.Network";
  for (const std::string &part : path) {
    name += "_";
    for (const char letter : part) {
      name += std::isalnum(static_cast<unsigned char>(letter)) ? letter : '_';
    }
    if (!parent.hasattr(part)) {
      Module child(c10::QualifiedName(name), unit, /*shouldMangle=*/true);
      child.register_attribute("training", c10::BoolType::get(), false);
      parent.register_module(part, child);
    }
    parent = parent.attr(part).toModule();
  }
  return parent;
}

void registerTensor(
    Module &module, const std::string &name, const Tensor &tensor,
    const std::shared_ptr<torch::jit::CompilationUnit> &unit) {
  std::vector<std::string> path;
  std::istringstream parts(name);
  for (std::string part; std::getline(parts, part, '.');) path.push_back(part);
  TORCH_CHECK(!path.empty(), "a tensor without a name");
  const std::string own = path.back();
  path.pop_back();
  Module place = submodule(module, path, unit);
  TORCH_CHECK(!place.hasattr(own), "two tensors are called '", name, "'");
  if (tensor.requires_grad()) {
    place.register_parameter(own, tensor, /*is_buffer=*/false);
  } else {
    place.register_buffer(own, tensor);
  }
}

}  // namespace

extern "C" {

CTFailure *ct_script_load(const void *bytes, size_t length, CTDevice place, CTScript **out) {
  return ct::guarded("torch.jit.load", [&] {
    Bytes buffer(bytes, length);
    std::istream stream(&buffer);
    Module module = torch::jit::load(stream, device(place), /*load_debug_files=*/false);
    TORCH_CHECK(module.find_method("forward").has_value(), "the module has no method 'forward'");
    module.eval();
    *out = new CTScript{std::move(module)};
  });
}

void ct_script_free(CTScript *script) { delete script; }

CTFailure *ct_script_save(const CTScript *script, CTText **out) {
  return ct::guarded("torch.jit.save", [&] {
    std::ostringstream stream;
    script->module.save(stream);
    *out = new CTText{stream.str()};
  });
}

CTFailure *ct_script_signature(const CTScript *script, CTText **out) {
  return ct::guarded("forward", [&] {
    std::ostringstream text;
    text << script->module.get_method("forward").function().getSchema();
    *out = new CTText{text.str()};
  });
}

CTFailure *ct_script_arguments(const CTScript *script, size_t *needed, size_t *all) {
  return ct::guarded("forward", [&] {
    const auto &arguments = script->module.get_method("forward").function().getSchema().arguments();
    size_t required = 0;
    for (size_t i = 1; i < arguments.size(); ++i) {
      if (!arguments[i].default_value().has_value()) ++required;
    }
    *needed = required;
    *all = arguments.empty() ? 0 : arguments.size() - 1;
  });
}

int64_t ct_script_parameter_count(const CTScript *script) {
  int64_t count = 0;
  for (const Tensor &parameter : script->module.parameters()) count += parameter.numel();
  return count;
}

CTFailure *ct_script_forward(
    const CTScript *script, const CTTensor *const *inputs, const char *const *names, size_t count,
    const CTStep *steps, size_t depth, CTTensor **out) {
  return ct::making("forward", out, [&] {
    const at::NoGradGuard noGradients;
    const torch::jit::GraphOptimizerEnabledGuard asWritten(false);
    std::vector<IValue> arguments;
    if (names != nullptr) {
      c10::Dict<std::string, Tensor> dict;
      for (size_t i = 0; i < count; ++i) dict.insert(names[i], inputs[i]->value);
      arguments.emplace_back(std::move(dict));
    } else {
      for (size_t i = 0; i < count; ++i) arguments.emplace_back(inputs[i]->value);
    }
    Module module = script->module;
    IValue value = module.forward(std::move(arguments));
    for (size_t i = 0; i < depth; ++i) value = stepped(value, steps[i]);
    TORCH_CHECK(value.isTensor(), "it returns ", kind(value), ", not a tensor");
    return value.toTensor();
  });
}

CTFailure *ct_script_trace(
    const char *const *arguments, const CTTensor *const *inputs, size_t count,
    const char *const *attributes, const CTTensor *const *tensors, size_t attribute_count,
    CTFunction function, void *context, CTScript **out) {
  return ct::guarded("trace", [&] {
    const at::NoGradGuard noGradients;
    auto unit = std::make_shared<torch::jit::CompilationUnit>();
    Module module(c10::QualifiedName("__torch__.Network"), unit);
    module.register_attribute("training", c10::BoolType::get(), false);
    for (size_t i = 0; i < attribute_count; ++i) {
      registerTensor(module, attributes[i], tensors[i]->value, unit);
    }
    torch::jit::Stack stack;
    std::vector<std::string> names;
    for (size_t i = 0; i < count; ++i) {
      stack.emplace_back(inputs[i]->value);
      names.emplace_back(arguments[i]);
    }
    const auto run = [&](torch::jit::Stack values) {
      std::vector<CTTensor *> handed;
      for (const IValue &value : values) handed.push_back(new CTTensor{value.toTensor()});
      CTTensor *answer = nullptr;
      const bool isDone = function(context, handed.data(), handed.size(), &answer);
      const std::unique_ptr<CTTensor> owned(answer);
      TORCH_CHECK(isDone && owned, "the traced function failed");
      return torch::jit::Stack{owned->value};
    };
    const auto traced = torch::jit::tracer::trace(
        std::move(stack), run, [](const torch::autograd::Variable &) { return std::string(); },
        /*strict=*/true, /*force_outplace=*/false, &module, names);
    const auto &graph = traced.first->graph;
    torch::jit::EliminateDeadCode(graph);
    auto *forward =
        unit->create_function(c10::QualifiedName(*module.type()->name(), "forward"), graph);
    module.type()->addMethod(forward);
    *out = new CTScript{std::move(module)};
  });
}

const char *ct_text_bytes(const CTText *text) { return text->value.data(); }
size_t ct_text_length(const CTText *text) { return text->value.size(); }
void ct_text_free(CTText *text) { delete text; }

CTFailure *ct_log_sum_exp(const CTTensor *x, int64_t axis, CTTensor **out) {
  return ct::making("logSumExp", out, [&] { return at::logsumexp(x->value, {axis}); });
}

CTFailure *ct_greatest(const CTTensor *x, int64_t axis, CTTensor **out) {
  return ct::making("greatest", out, [&] { return at::amax(x->value, {axis}); });
}

CTFailure *ct_clamp(const CTTensor *x, double low, double high, CTTensor **out) {
  return ct::making("clamp", out, [&] { return at::clamp(x->value, low, high); });
}

CTFailure *ct_replace_nan(const CTTensor *x, double value, CTTensor **out) {
  return ct::making("replaceNaN", out, [&] {
    return at::masked_fill(x->value, at::isnan(x->value), value);
  });
}

CTFailure *ct_as_float32(const CTTensor *x, CTTensor **out) {
  return ct::making("asFloat32", out, [&] { return x->value.to(at::kFloat); });
}

CTFailure *ct_share(const CTTensor *x, CTTensor **out) {
  return ct::making("share", out, [&] { return x->value; });
}

CTFailure *ct_contiguous(const CTTensor *x, CTTensor **out) {
  return ct::making("contiguous", out, [&] { return x->value.contiguous(); });
}

CTFailure *ct_is_finite(const CTTensor *x, bool *out) {
  return ct::guarded("isFinite", [&] { *out = at::isfinite(x->value).all().item<bool>(); });
}

}  // extern "C"
