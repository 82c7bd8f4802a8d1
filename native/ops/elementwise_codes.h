// The codes of elementwise ops, without anything else: vector loops include it.
#pragma once
#include <stdint.h>

namespace trae {

// clang-format off
enum class Code : uint8_t {
  // one operand
  kIdentity, kNegative, kAbs, kSign, kExp, kExp2, kExpm1, kLog, kLog1p, kLog2, kLog10, kSqrt, kRsqrt, kSquare, kReciprocal,
  kSin, kCos, kTan, kArcsin, kArccos, kArctan, kSinh, kCosh, kTanh, kArcsinh, kArccosh, kArctanh, kSigmoid, kRelu, kRelu6,
  kSoftplus, kErf, kErfinv, kGelu, kFloor, kCeil, kRound, kTrunc, kIsnan, kIsinf, kIsfinite, kLogicalNot, kBitwiseNot, kClip,
  // two
  kAdd, kSubtract, kMultiply, kDivide, kFloorDivide, kMod, kPower, kMaximum, kMinimum, kArctan2,
  kGreater, kGreaterEqual, kLess, kLessEqual, kEqual, kNotEqual, kLogicalAnd, kLogicalOr, kLogicalXor,
  kBitwiseAnd, kBitwiseOr, kBitwiseXor, kLeftShift, kRightShift, kReluGrad, kRelu6Grad, kSigmoidGrad, kTanhGrad, kGeluGrad,
  // three
  kWhere,
  kCast, kCount
};
// clang-format on

}  // namespace trae
