import Glibc

/// Python's arithmetic.
enum Arithmetic {
    /// Machine integers, and large ones where those do not do.
    static func compute(
        _ operation: BinaryOperator, _ left: Int, _ right: Int, _ interpreter: Interpreter
    ) throws(ChatTemplateError) -> Value {
        switch operation {
        case .add:
            let (sum, overflow) = left.addingReportingOverflow(right)
            if !overflow { return .integer(sum) }
        case .subtract:
            let (difference, overflow) = left.subtractingReportingOverflow(right)
            if !overflow { return .integer(difference) }
        case .multiply:
            let (product, overflow) = left.multipliedReportingOverflow(by: right)
            if !overflow { return .integer(product) }
        case .floorDivide, .modulo:
            guard right != 0 else { throw byZero }
            let (quotient, overflow) = left.dividedReportingOverflow(by: right)
            if !overflow {
                let remainder = left - quotient * right
                let isRoundedUp = remainder != 0 && (remainder < 0) != (right < 0)
                if operation == .modulo { return .integer(isRoundedUp ? remainder + right : remainder) }
                return .integer(isRoundedUp ? quotient - 1 : quotient)
            }
        case .divide:
            if max(left.magnitude, right.magnitude) < 1 << 53 {
                return try compute(operation, Double(left), Double(right))
            }
        case .power: break
        }
        return try compute(operation, BigInteger(left), BigInteger(right), interpreter)
    }

    /// Whole numbers of any size.
    static func compute(
        _ operation: BinaryOperator, _ left: BigInteger, _ right: BigInteger, _ interpreter: Interpreter
    ) throws(ChatTemplateError) -> Value {
        switch operation {
        case .add: return try interpreter.whole(left + right)
        case .subtract: return try interpreter.whole(left - right)
        case .multiply: return try interpreter.whole(try multiply(left, right, interpreter))
        case .divide:
            guard !right.isZero else { throw byZero }
            let (dividend, divisor) = (left.asDouble, right.asDouble)
            guard dividend.isFinite, divisor.isFinite else {
                throw ChatTemplateError(.value, "integer division result too large for a float")
            }
            return .float(dividend / divisor)
        case .floorDivide, .modulo:
            guard !right.isZero else { throw byZero }
            // Long division goes bit by bit.
            try interpreter.charge(max(0, left.bitWidth - right.bitWidth) * (left.limbs.count + 8) / 8)
            let (quotient, remainder) = left.divided(by: right)
            return Value(operation == .modulo ? remainder : quotient)
        case .power:
            if right.isNegative {
                guard left.asDouble.isFinite, right.asDouble.isFinite else {
                    throw ChatTemplateError(.value, "int too large to convert to float")
                }
                return try compute(operation, left.asDouble, right.asDouble)
            }
            return try interpreter.whole(try power(left, right, interpreter))
        }
    }

    private static func multiply(
        _ left: BigInteger, _ right: BigInteger, _ interpreter: Interpreter
    ) throws(ChatTemplateError) -> BigInteger {
        guard left.bitWidth + right.bitWidth <= Interpreter.maxBits + 1 else { throw Interpreter.tooLarge }
        try interpreter.charge(left.limbs.count * right.limbs.count / 8)
        return left * right
    }

    private static func power(
        _ base: BigInteger, _ exponent: BigInteger, _ interpreter: Interpreter
    ) throws(ChatTemplateError) -> BigInteger {
        if base.isZero || base == BigInteger(1) { return exponent.isZero ? BigInteger(1) : base }
        if base == BigInteger(-1) {
            return exponent.isZero || exponent.limbs[0] & 1 == 0 ? BigInteger(1) : base
        }
        guard var rest = exponent.asInt, rest <= Interpreter.maxBits else { throw Interpreter.tooLarge }
        var (result, factor) = (BigInteger(1), base)
        while rest > 0 {
            if rest & 1 == 1 { result = try multiply(result, factor, interpreter) }
            rest >>= 1
            if rest > 0 { factor = try multiply(factor, factor, interpreter) }
        }
        return result
    }

    /// Floating-point numbers.
    static func compute(
        _ operation: BinaryOperator, _ left: Double, _ right: Double
    ) throws(ChatTemplateError) -> Value {
        switch operation {
        case .add: return .float(left + right)
        case .subtract: return .float(left - right)
        case .multiply: return .float(left * right)
        case .power: return .float(try power(left, right))
        case .divide:
            guard right != 0 else { throw byZero }
            return .float(left / right)
        case .floorDivide, .modulo:
            guard right != 0 else { throw byZero }
            let (quotient, remainder) = divide(left, right)
            return .float(operation == .modulo ? remainder : quotient)
        }
    }

    private static func power(_ base: Double, _ exponent: Double) throws(ChatTemplateError) -> Double {
        if base == 0, exponent < 0 { throw byZero }
        if base < 0, base.isFinite, exponent.isFinite, exponent != exponent.rounded() {
            throw ChatTemplateError(.value, "the power is a complex number, which is not supported")
        }
        let result = pow(base, exponent)
        guard result.isFinite || !base.isFinite || !exponent.isFinite else {
            throw ChatTemplateError(.value, "Numerical result out of range")
        }
        return result
    }

    /// The quotient rounded down and the remainder with the divisor's sign.
    private static func divide(_ left: Double, _ right: Double) -> (quotient: Double, remainder: Double) {
        var remainder = fmod(left, right)
        var quotient = (left - remainder) / right
        if remainder != 0 {
            if (right < 0) != (remainder < 0) {
                remainder += right
                quotient -= 1
            }
        } else {
            remainder = Double(signOf: right, magnitudeOf: 0)
        }
        guard quotient != 0 else { return (Double(signOf: left / right, magnitudeOf: 0), remainder) }
        let floor = quotient.rounded(.down)
        return (quotient - floor > 0.5 ? floor + 1 : floor, remainder)
    }

    private static var byZero: ChatTemplateError { ChatTemplateError(.value, "division by zero") }
}
