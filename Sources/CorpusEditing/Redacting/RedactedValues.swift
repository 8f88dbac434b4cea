/// The values that are redacted, to be found wherever else they occur.
///
/// Only a fingerprint of each is kept, 8 to 32 bytes of memory a value; how long it is and how it
/// begins is kept for all together, and tells of nearly every place in a text that no value stands
/// there.
struct RedactedValues {
    /// A place in a text where a value stands.
    struct Match {
        let range: Range<Int>
        let isHashed: Bool
        /// The number of the key that it was found under first, or ``unnamedKey``.
        let key: Int
    }

    /// Shorter ones stand in too many texts that don't mean them.
    static let shortestBytes = 4
    /// Of a longer value so much is sought; a text goes from there to its end.
    static let longestBytes = 64
    static let limit = 1 << 22
    static let unnamedKey = 255

    /// A slot's bits, beside the 53 of the fingerprint; a free slot is 0.
    private enum Bits {
        static let key: UInt64 = 0xff
        static let isHashed: UInt64 = 1 << 8
        static let isBeginning: UInt64 = 1 << 9
        static let isHarmless: UInt64 = 1 << 10
        static let fingerprint: UInt64 = ~0 << 11
    }

    private var slots = [UInt64](repeating: 0, count: 1 << 10)
    private var used = 0
    /// A bit for each hash of a beginning.
    private var beginnings = [UInt64](repeating: 0, count: Self.beginningSlots / 64)
    /// By a shorter hash of a beginning how long such values are, a bit a length from 4 on.
    private var lengths = [UInt64](repeating: 0, count: Self.lengthSlots)
    private var hasShort = false
    // Not to be foreseen, so that no sender can make values collide.
    private let seed = UInt64.random(in: .min ... .max)

    private static let beginningSlots = 1 << 21
    private static let lengthSlots = 1 << 16

    /// How many values there are.
    private(set) var count = 0

    /// Values among which those that name nobody are never taken up.
    init(harmless: [String] = []) {
        for word in harmless {
            var word = word
            word.withUTF8 { text in
                _ = enter(UnsafeRawBufferPointer(text), bits: Bits.isHarmless)
            }
        }
    }

    var isEmpty: Bool { count == 0 }
    var isFull: Bool { count >= Self.limit }

    // MARK: Entering

    /// Takes up a value, unless it is too short, harmless, or there are too many.
    mutating func insert(_ value: UnsafeRawBufferPointer, isHashed: Bool, key: Int) {
        guard value.count >= Self.shortestBytes, !isFull else { return }
        let isLong = value.count > Self.longestBytes
        let sought = UnsafeRawBufferPointer(rebasing: value.prefix(Self.longestBytes))
        let bits =
            UInt64(min(key, Self.unnamedKey)) | (isHashed ? Bits.isHashed : 0)
            | (isLong ? Bits.isBeginning : 0)
        guard enter(sought, bits: bits) else { return }
        count += 1
        let beginning = Self.beginning(of: sought)
        if sought.count < 8 { hasShort = true }
        let place = beginning.filterPlace
        beginnings[place >> 6] |= 1 << UInt64(place & 63)
        lengths[beginning.lengthPlace] |= 1 << UInt64(sought.count - Self.shortestBytes)
    }

    /// - Returns: whether the value is new.
    private mutating func enter(_ value: UnsafeRawBufferPointer, bits: UInt64) -> Bool {
        let fingerprint = Self.fingerprint(of: value, seed)
        var slot = place(of: fingerprint)
        while slots[slot] != 0 {
            if slots[slot] & Bits.fingerprint == fingerprint {
                // What is hashed somewhere can be told apart everywhere.
                if slots[slot] & Bits.isHarmless == 0 { slots[slot] |= bits & ~Bits.key }
                return false
            }
            slot = (slot + 1) & (slots.count - 1)
        }
        slots[slot] = fingerprint | bits
        used += 1
        if used * 2 > slots.count { grow() }
        return true
    }

    private mutating func grow() {
        let old = slots
        slots = [UInt64](repeating: 0, count: old.count * 2)
        for entry in old where entry != 0 {
            var slot = place(of: entry & Bits.fingerprint)
            while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = entry
        }
    }

    @inline(__always)
    private func place(of fingerprint: UInt64) -> Int {
        Int(truncatingIfNeeded: fingerprint >> 32) & (slots.count - 1)
    }

    private func entry(_ fingerprint: UInt64) -> UInt64? {
        var slot = place(of: fingerprint)
        while slots[slot] != 0 {
            if slots[slot] & Bits.fingerprint == fingerprint { return slots[slot] }
            slot = (slot + 1) & (slots.count - 1)
        }
        return nil
    }

    // MARK: Finding

    /// The first value in a text from an offset on, and where several begin the longest.
    func firstMatch(in text: UnsafeRawBufferPointer, from start: Int) -> Match? {
        guard let base = text.baseAddress else { return nil }
        return beginnings.withUnsafeBufferPointer { beginnings in
            @inline(__always)
            func isSet(_ place: Int) -> Bool {
                beginnings[place >> 6] & (1 << UInt64(place & 63)) != 0
            }
            var offset = start
            while text.count - offset >= 8 {
                let word = base.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
                let long = Beginning(long: word)
                let short = Beginning(short: UInt32(truncatingIfNeeded: word))
                if isSet(long.filterPlace) || (hasShort && isSet(short.filterPlace)) {
                    if let match = longestMatch(in: text, at: offset, short, long) { return match }
                }
                offset += 1
            }
            guard hasShort else { return nil }
            while text.count - offset >= 4 {
                let short = Beginning(
                    short: base.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
                )
                if isSet(short.filterPlace) {
                    if let match = longestMatch(in: text, at: offset, short, nil) { return match }
                }
                offset += 1
            }
            return nil
        }
    }

    /// Tries all lengths that a value can have which begins so, reading the text once.
    private func longestMatch(
        in text: UnsafeRawBufferPointer,
        at offset: Int,
        _ short: Beginning,
        _ long: Beginning?
    ) -> Match? {
        // The lengths from 4 to 7, and from 8 on.
        var candidates = lengths[short.lengthPlace] & 0xf
        if let long { candidates |= lengths[long.lengthPlace] & ~0xf }
        var found: Match?
        var hash = seed
        var hashed = 0
        while candidates != 0 {
            let length = candidates.trailingZeroBitCount + Self.shortestBytes
            candidates &= candidates - 1
            guard length <= text.count - offset else { break }
            while length - hashed >= 8 {
                hash = Self.mix(hash, Self.word(text, offset + hashed, 8))
                hashed += 8
            }
            let fingerprint = Self.fingerprint(hash, text, offset + hashed, length)
            guard let entry = entry(fingerprint), entry & Bits.isHarmless == 0 else { continue }
            let end = entry & Bits.isBeginning != 0 ? text.count : offset + length
            found = Match(
                range: offset..<end,
                isHashed: entry & Bits.isHashed != 0,
                key: Int(entry & Bits.key)
            )
        }
        return found
    }

    // MARK: Hashing

    /// What a value begins with, hashed: 8 bytes of it where it has so many, otherwise 4.
    private struct Beginning {
        let filterPlace: Int
        let lengthPlace: Int

        @inline(__always)
        init(long word: UInt64) {
            self.init(hash: word &* 0x9e37_79b9_7f4a_7c15)
        }

        @inline(__always)
        init(short word: UInt32) {
            self.init(hash: UInt64(word) &* 0xd6e8_feb8_6659_fd93 ^ 0x5555_5555_5555_5555)
        }

        @inline(__always)
        private init(hash: UInt64) {
            filterPlace = Int(truncatingIfNeeded: hash >> 40) & (RedactedValues.beginningSlots - 1)
            lengthPlace = Int(truncatingIfNeeded: hash >> 24) & (RedactedValues.lengthSlots - 1)
        }
    }

    private static func beginning(of value: UnsafeRawBufferPointer) -> Beginning {
        value.count >= 8
            ? Beginning(long: value.loadUnaligned(as: UInt64.self))
            : Beginning(short: value.loadUnaligned(as: UInt32.self))
    }

    private static func fingerprint(of value: UnsafeRawBufferPointer, _ seed: UInt64) -> UInt64 {
        var hash = seed
        var hashed = 0
        while value.count - hashed >= 8 {
            hash = mix(hash, word(value, hashed, 8))
            hashed += 8
        }
        return fingerprint(hash, value, hashed, value.count)
    }

    /// Ends a hash with the last, less than 8 bytes of a value of the given length.
    @inline(__always)
    private static func fingerprint(
        _ hash: UInt64,
        _ text: UnsafeRawBufferPointer,
        _ offset: Int,
        _ length: Int
    ) -> UInt64 {
        let mixed = mix(hash, word(text, offset, length & 7))
        // Never 0, which is a free slot.
        return (mix(mixed, UInt64(length)) | 1 << 11) & Bits.fingerprint
    }

    /// Up to 8 bytes as a number.
    @inline(__always)
    private static func word(_ text: UnsafeRawBufferPointer, _ offset: Int, _ count: Int) -> UInt64
    {
        guard count > 0 else { return 0 }
        if text.count - offset >= 8 {
            let word = text.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            return UInt64(littleEndian: word) & (~0 >> UInt64(64 - 8 * count))
        }
        var word: UInt64 = 0
        for place in 0..<count { word |= UInt64(text[offset + place]) << UInt64(8 * place) }
        return word
    }

    /// A multiplication to 128 bits, folded: each bit of the result depends on all of both.
    @inline(__always)
    private static func mix(_ hash: UInt64, _ word: UInt64) -> UInt64 {
        let product = (hash ^ 0x9e37_79b9_7f4a_7c15).multipliedFullWidth(
            by: word ^ 0xd6e8_feb8_6659_fd93
        )
        return product.high ^ product.low
    }
}
