// What is behind the opaque types of CTorch.h, and the one place where exceptions end.
#pragma once

#include "CTorch.h"

#include <ATen/ATen.h>

#include <exception>
#include <memory>
#include <string>

struct CTTensor {
  at::Tensor value;
};

struct CTGenerator {
  at::Generator value;
};

struct CTFailure {
  std::string operation;
  std::string message;
};

namespace ct {

/// OpenMP keeps its number of threads for each thread apart: take over the one that was asked for.
void adopt_threads();

/// Runs `body`; an exception becomes a failure that names `operation`.
template <class Body>
CTFailure *guarded(const char *operation, Body &&body) noexcept {
  try {
    adopt_threads();
    body();
    return nullptr;
  } catch (const c10::Error &error) {
    return new CTFailure{operation, error.what_without_backtrace()};
  } catch (const std::exception &error) {
    return new CTFailure{operation, error.what()};
  } catch (...) {
    return new CTFailure{operation, "an exception of no known type"};
  }
}

/// Runs `body` and hands its tensor out.
template <class Body>
CTFailure *making(const char *operation, CTTensor **out, Body &&body) noexcept {
  return guarded(operation, [&] { *out = new CTTensor{body()}; });
}

}  // namespace ct
