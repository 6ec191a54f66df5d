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

/// One operation works on the thread that calls it: results then depend neither on the number of
/// cores nor on what runs beside. OpenMP keeps the number for each thread apart.
void use_one_thread();

/// Runs `body`; an exception becomes a failure that names `operation`.
template <class Body>
CTFailure *guarded(const char *operation, Body &&body) noexcept {
  try {
    use_one_thread();
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
