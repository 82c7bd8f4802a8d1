// Kernels of factorizations: batches over the threads, each matrix by the functions of linalg/. What each of them must
// satisfy is in ops/decompositions.h.
#include "ops/decompositions.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <exception>
#include <mutex>
#include <optional>
#include <vector>

#include "backend/cpu/kernel.h"
#include "backend/cpu/linalg/table.h"
#include "backend/cpu/parallel.h"
#include "backend/cpu/simd/dispatch.h"
#include "core/memory_limit.h"

namespace trae {
namespace {

using linalg::Outcome;

#if defined(__x86_64__)
#define TRAE_CHOOSE(get) return simd::isa() == simd::Isa::kBase ? linalg::base::get<T>() : linalg::avx2::get<T>()
#else
#define TRAE_CHOOSE(get) return linalg::base::get<T>()
#endif
template <class T>
const linalg::DirectTable<T>& direct() {
  TRAE_CHOOSE(direct);
}
template <class T>
const linalg::SingularValuesTable<T>& singular_values() {
  TRAE_CHOOSE(singular_values);
}
template <class T>
const linalg::EigenvaluesTable<T>& eigenvalues() {
  TRAE_CHOOSE(eigenvalues);
}

struct Sizes {
  explicit Sizes(const Spec& s) : rows(s.shape[s.shape.size() - 2]), columns(s.shape.back()) {
    for (size_t i = 0; i + 2 < s.shape.size(); i++) batch *= s.shape[i];
  }
  int64_t batch = 1, rows, columns;
};

template <class T>
const T* matrix(const void* p, int64_t at, int64_t size) {
  return static_cast<const T*>(p) + at * size;
}
template <class T>
T* matrix(void* p, int64_t at, int64_t size) {
  return static_cast<T*>(p) + at * size;
}

// What is wrong with the data of a matrix, if anything: what ErrorWord::report takes.
struct Problem {
  DataError error = DataError::kNone;
  int64_t a = 0, b = 0;
};
// f(at) for each matrix, over the threads; a single one may use them itself. The problem of the first matrix that has
// one is reported.
template <class F>
void for_each_matrix(const Sizes& z, F&& f) {
  std::mutex mutex;
  int64_t failed = z.batch;
  Problem problem;
  std::exception_ptr thrown;  // no memory
  const int64_t work = std::max<int64_t>(1, z.rows * z.columns * std::min(z.rows, z.columns));
  parallel_for(z.batch, std::max<int64_t>(1, 4 * kElementwiseGrain / work), [&](int64_t begin, int64_t end) {
    std::optional<AloneOnThisThread> alone;
    if (z.batch > 1) alone.emplace();
    for (int64_t at = begin; at < end; at++) {
      Problem own;
      std::exception_ptr exception;
      try {
        own = f(at);
      } catch (...) { exception = std::current_exception(); }
      if (own.error == DataError::kNone && !exception) continue;
      const std::lock_guard lock(mutex);
      if (at < failed) {
        failed = at;
        problem = own;
        thrown = exception;
      }
      return;
    }
  });
  if (thrown) std::rethrow_exception(thrown);
  if (problem.error != DataError::kNone) cpu_errors().report(problem.error, problem.a, problem.b);
}
Problem unless_done(Outcome o) {
  switch (o) {
    case Outcome::kSingular: return {DataError::kSolveSingular};
    case Outcome::kComplex: return {DataError::kEigComplex};
    case Outcome::kNoConvergence: return {DataError::kNoConvergence};
    default: return {};
  }
}
// The kernel of the dtype: make(T()) for T float or double.
template <class F>
Kernel by_dtype(DType d, F&& make) {
  return d == DType::kFloat64 ? make(double()) : make(float());
}

}  // namespace

TRAE_CPU_KERNEL(Cholesky) {
  return by_dtype(in[0].dtype, [z = Sizes(in[0])](auto t) -> Kernel {
    using T = decltype(t);
    return [z](const void* const* from, void* const* to) {
      const int64_t n = z.rows;
      for_each_matrix(z, [&](int64_t at) {
        T value = 0;
        const int64_t pivot =
            direct<T>().cholesky(matrix<T>(from[0], at, n * n), matrix<T>(to[0], at, n * n), n, &value);
        return pivot < 0 ? Problem{} : Problem{DataError::kCholeskyPivot, pivot, std::bit_cast<int64_t>(double(value))};
      });
    };
  });
}

TRAE_CPU_KERNEL(SolveTriangular) {
  return by_dtype(in[0].dtype, [z = Sizes(in[0]), columns = in[1].shape.back(), o = op.attrs](auto t) -> Kernel {
    using T = decltype(t);
    return [z, columns, o](const void* const* from, void* const* to) {
      const int64_t n = z.rows;
      for_each_matrix(z, [&](int64_t at) {
        direct<T>().solve_triangular(matrix<T>(from[0], at, n * n), matrix<T>(from[1], at, n * columns),
                                     matrix<T>(to[0], at, n * columns), n, columns, o.is_lower, o.is_transposed);
        return Problem{};
      });
    };
  });
}

TRAE_CPU_KERNEL(Solve) {
  return by_dtype(in[0].dtype, [z = Sizes(in[0]), columns = in[1].shape.back(), o = op.attrs](auto t) -> Kernel {
    using T = decltype(t);
    return [z, columns, o](const void* const* from, void* const* to) {
      const int64_t n = z.rows;
      for_each_matrix(z, [&](int64_t at) {
        return unless_done(direct<T>().solve(matrix<T>(from[0], at, n * n), matrix<T>(from[1], at, n * columns),
                                             matrix<T>(to[0], at, n * columns), n, columns, o.is_transposed));
      });
    };
  });
}

namespace {
// The sign of the determinant, or 0; each pivot is given to f.
template <class T, class F>
int by_pivots(const Sizes& z, const void* from, int64_t at, F&& f) {
  const int64_t n = z.rows;
  std::vector<T> lu(require_memory({n, n}, std::is_same_v<T, double> ? DType::kFloat64 : DType::kFloat32) / sizeof(T));
  std::vector<int32_t> order(static_cast<size_t>(n));
  int sign = direct<T>().lu(matrix<T>(from, at, n * n), lu.data(), order.data(), n);
  for (int64_t i = 0; i < n; i++) {
    const T pivot = lu[size_t(i * n + i)];
    sign = pivot == 0 ? 0 : pivot < 0 ? -sign : sign;
    f(pivot);
  }
  return sign;
}
}  // namespace

TRAE_CPU_KERNEL(Determinant) {
  return by_dtype(in[0].dtype, [z = Sizes(in[0])](auto t) -> Kernel {
    using T = decltype(t);
    return [z](const void* const* from, void* const* to) {
      for_each_matrix(z, [&](int64_t at) {
        double product = 1;
        const int sign = by_pivots<T>(z, from[0], at, [&](T pivot) { product *= std::abs(double(pivot)); });
        *matrix<T>(to[0], at, 1) = T(sign == 0 ? 0 : sign * product);
        return Problem{};
      });
    };
  });
}

TRAE_CPU_KERNEL(SignLogDeterminant) {
  return by_dtype(in[0].dtype, [z = Sizes(in[0])](auto t) -> Kernel {
    using T = decltype(t);
    return [z](const void* const* from, void* const* to) {
      for_each_matrix(z, [&](int64_t at) {
        double sum = 0;
        const int sign = by_pivots<T>(z, from[0], at, [&](T pivot) { sum += std::log(std::abs(double(pivot))); });
        *matrix<T>(to[0], at, 1) = T(sign);
        *matrix<T>(to[1], at, 1) = T(sign == 0 ? -HUGE_VAL : sum);
        return Problem{};
      });
    };
  });
}

TRAE_CPU_KERNEL(LuFactor) {
  return by_dtype(in[0].dtype, [z = Sizes(in[0])](auto t) -> Kernel {
    using T = decltype(t);
    return [z](const void* const* from, void* const* to) {
      const int64_t n = z.rows;
      for_each_matrix(z, [&](int64_t at) {
        direct<T>().lu(matrix<T>(from[0], at, n * n), matrix<T>(to[0], at, n * n), matrix<int32_t>(to[1], at, n), n);
        const T* lu = matrix<T>(to[0], at, n * n);
        for (int64_t i = 0; i < n; i++)
          if (lu[i * n + i] == 0) return Problem{DataError::kLuSingular};
        return Problem{};
      });
    };
  });
}

TRAE_CPU_KERNEL(Qr) {
  return by_dtype(in[0].dtype, [z = Sizes(in[0]), k = out[0].shape.back()](auto t) -> Kernel {
    using T = decltype(t);
    return [z, k](const void* const* from, void* const* to) {
      const int64_t m = z.rows, n = z.columns;
      for_each_matrix(z, [&](int64_t at) {
        direct<T>().qr(matrix<T>(from[0], at, m * n), matrix<T>(to[0], at, m * k), matrix<T>(to[1], at, k * n), m, n,
                       k);
        return Problem{};
      });
    };
  });
}

TRAE_CPU_KERNEL(Svd) {
  return by_dtype(in[0].dtype, [z = Sizes(in[0]), o = op.attrs](auto t) -> Kernel {
    using T = decltype(t);
    return [z, o](const void* const* from, void* const* to) {
      const int64_t m = z.rows, n = z.columns, k = std::min(m, n), columns = o.is_full ? m : k,
                    rows = o.is_full ? n : k;
      for_each_matrix(z, [&](int64_t at) {
        const T* x = matrix<T>(from[0], at, m * n);
        return unless_done(o.has_vectors
                               ? singular_values<T>().svd(x, matrix<T>(to[0], at, m * columns), matrix<T>(to[1], at, k),
                                                          matrix<T>(to[2], at, rows * n), m, n, o.is_full)
                               : singular_values<T>().svd(x, nullptr, matrix<T>(to[0], at, k), nullptr, m, n, false));
      });
    };
  });
}

TRAE_CPU_KERNEL(PseudoInverse) {
  return by_dtype(in[0].dtype, [z = Sizes(in[0]), rcond = op.attrs.rcond](auto t) -> Kernel {
    using T = decltype(t);
    return [z, rcond](const void* const* from, void* const* to) {
      const int64_t m = z.rows, n = z.columns;
      for_each_matrix(z, [&](int64_t at) {
        return unless_done(
            singular_values<T>().pinv(matrix<T>(from[0], at, m * n), matrix<T>(to[0], at, m * n), m, n, T(rcond)));
      });
    };
  });
}

TRAE_CPU_KERNEL(LeastSquares) {
  return by_dtype(in[0].dtype, [z = Sizes(in[0]), columns = in[1].shape.back(), o = op.attrs](auto t) -> Kernel {
    using T = decltype(t);
    return [z, columns, o](const void* const* from, void* const* to) {
      const int64_t m = z.rows, n = z.columns;
      for_each_matrix(z, [&](int64_t at) {
        const T *a = matrix<T>(from[0], at, m * n), *b = matrix<T>(from[1], at, m * columns);
        T* x = matrix<T>(to[0], at, n * columns);
        if (direct<T>().lstsq(a, b, x, m, n, columns, T(o.rcond))) return Problem{};
        return unless_done(singular_values<T>().lstsq(a, b, x, m, n, columns, T(o.rcond)));
      });
    };
  });
}

TRAE_CPU_KERNEL(SymmetricEigen) {
  return by_dtype(in[0].dtype, [z = Sizes(in[0])](auto t) -> Kernel {
    using T = decltype(t);
    return [z](const void* const* from, void* const* to) {
      const int64_t n = z.rows;
      for_each_matrix(z, [&](int64_t at) {
        return unless_done(eigenvalues<T>().eigh(matrix<T>(from[0], at, n * n), matrix<T>(to[0], at, n),
                                                 matrix<T>(to[1], at, n * n), n));
      });
    };
  });
}

namespace {
// Rounding can part a double eigenvalue of a float32 matrix into a complex pair: float64 has the last word.
Outcome eig_in_double(const float* x, float* w, float* v, int64_t n) {
  const size_t size = require_memory({n, n}, DType::kFloat64) / sizeof(double);
  std::vector<double> wide(x, x + size), values(static_cast<size_t>(n)), vectors(size);
  const Outcome o = eigenvalues<double>().eig(wide.data(), values.data(), nullptr, vectors.data(), nullptr, n);
  std::copy(values.begin(), values.end(), w);
  std::copy(vectors.begin(), vectors.end(), v);
  return o;
}
Outcome eig_in_double(const double*, double*, double*, int64_t) { return Outcome::kComplex; }
}  // namespace

TRAE_CPU_KERNEL(Eigen) {
  return by_dtype(in[0].dtype, [z = Sizes(in[0]), o = op.attrs](auto t) -> Kernel {
    using T = decltype(t);
    return [z, o](const void* const* from, void* const* to) {
      const int64_t n = z.rows;
      for_each_matrix(z, [&](int64_t at) {
        const T* x = matrix<T>(from[0], at, n * n);
        T *w = matrix<T>(to[0], at, n), *v = matrix<T>(to[1], at, n * n);
        Outcome outcome = o.is_complex
                              ? eigenvalues<T>().eig(x, w, matrix<T>(to[2], at, n), v, matrix<T>(to[3], at, n * n), n)
                              : eigenvalues<T>().eig(x, w, nullptr, v, nullptr, n);
        if (outcome == Outcome::kComplex) outcome = eig_in_double(x, w, v, n);
        return unless_done(outcome);
      });
    };
  });
}

}  // namespace trae
