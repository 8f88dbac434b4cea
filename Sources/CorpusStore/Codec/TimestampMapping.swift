/// How a replay moves the timestamps it fills in (DESIGN: `--timestamps`).
///
/// All arithmetic is exact: on integers, in 128 bits where a product needs them, rounded down.
/// An unset timestamp (0) stays 0. One whose new value would lie outside 1…2^63 − 1 keeps the old
/// one, so nothing wraps.
public struct TimestampMapping: Sendable {
    /// The rules a mapping can follow.
    public enum Mode: Sendable {
        /// Every timestamp stays as recorded.
        case keep
        /// A trace moves as one rigid body, its anchor on the scaled axis; points move on the axis.
        case shift
        /// Every timestamp moves on the scaled axis.
        case scale
        /// Every timestamp moves by `start − origin`, speed aside.
        case constant
    }

    /// How the timestamps of one item move.
    enum Motion: Sendable {
        case unmoved
        case by(Int64)
        case onAxis
        /// As a trace whose anchor is the item's first timestamp.
        case byFirstTime
    }

    /// The rule.
    public let mode: Mode
    private let origin: UInt64
    private let start: UInt64
    private let speed: Speed

    /// Timestamps as recorded.
    public static let keep = TimestampMapping(
        mode: .keep,
        originUnixNanoseconds: 0,
        startUnixNanoseconds: 0,
        speed: .recorded
    )

    /// A mapping that carries the corpus's instant `originUnixNanoseconds` to
    /// `startUnixNanoseconds` and, from there, time to time divided by the speed.
    public init(
        mode: Mode,
        originUnixNanoseconds: UInt64,
        startUnixNanoseconds: UInt64,
        speed: Speed
    ) {
        self.mode = mode
        origin = originUnixNanoseconds
        start = startUnixNanoseconds
        self.speed = speed
    }

    /// How data points move.
    var axisMotion: Motion {
        switch mode {
        case .keep: .unmoved
        case .shift, .scale: speed == .recorded ? constantMotion : .onAxis
        case .constant: constantMotion
        }
    }

    /// How a log record outside any trace moves.
    var ownMotion: Motion {
        mode == .shift ? .byFirstTime : axisMotion
    }

    /// How the items of a trace move.
    func motion(anchor: UInt64) -> Motion {
        guard mode == .shift else { return axisMotion }
        let moved = onAxis(anchor)
        return moved.map { .by($0 - Int64(truncatingIfNeeded: anchor)) } ?? .unmoved
    }

    @inline(__always)
    func moved(_ time: UInt64, _ motion: Motion) -> UInt64 {
        guard time != 0, time <= UInt64(Int64.max) else { return time }
        switch motion {
        case .unmoved, .byFirstTime:
            return time
        case .by(let offset):
            let (sum, overflow) = Int64(time).addingReportingOverflow(offset)
            return overflow || sum < 1 ? time : UInt64(sum)
        case .onAxis:
            return onAxis(time).map(UInt64.init) ?? time
        }
    }

    private var constantMotion: Motion {
        let difference = Int128(start) - Int128(origin)
        return Int64(exactly: difference).map { .by($0) } ?? .unmoved
    }

    /// `start + (time − origin) / speed`, if it is a timestamp.
    private func onAxis(_ time: UInt64) -> Int64? {
        guard time <= UInt64(Int64.max) else { return nil }
        if let near = nearOnAxis(Int64(time)) { return near }
        let scaled = speed.divide(Int128(time) - Int128(origin))
        guard let result = Int64(exactly: Int128(start) + scaled), result >= 1 else { return nil }
        return result
    }

    /// The same in 64 bits, where all steps fit: most timestamps lie close to the corpus's own.
    @inline(__always)
    private func nearOnAxis(_ time: Int64) -> Int64? {
        guard let origin = Int64(exactly: origin), let start = Int64(exactly: start) else {
            return nil
        }
        let (product, isTooFar) = (time - origin).multipliedReportingOverflow(
            by: Int64(speed.denominator)
        )
        guard !isTooFar else { return nil }
        let (quotient, remainder) = product.quotientAndRemainder(
            dividingBy: Int64(speed.numerator)
        )
        let (sum, overflow) = start.addingReportingOverflow(remainder < 0 ? quotient - 1 : quotient)
        return overflow || sum < 1 ? nil : sum
    }
}
