import OTLP

/// What a `Retry-After` header asks for (RFC 9110, section 10.2.3).
enum RetryAfter {
    /// What anything longer counts as: a century.
    static let longest = Duration.seconds(100 * 365 * 86_400)

    /// The time to wait, from 0 to ``longest``, or nil when the value is neither a number of
    /// seconds nor a date.
    static func duration(_ value: String, now: Timestamp) -> Duration? {
        let text = value.drop { $0 == " " }
        if !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            return min(longest, Int64(text).map { .seconds($0) } ?? longest)
        }
        guard let date = unixSeconds(httpDate: text) else { return nil }
        let seconds = date - Int64(clamping: now.unixNanoseconds / 1_000_000_000)
        return min(longest, .seconds(max(0, seconds)))
    }

    /// Parses each of the three forms that a recipient must accept (RFC 9110, section 5.6.7):
    /// `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT` and
    /// `Sun Nov  6 08:49:37 1994`.
    private static func unixSeconds(httpDate text: Substring) -> Int64? {
        let words = text.split { $0 == " " || $0 == "," || $0 == "-" }
        switch words.count {
        case 6 where words[5] == "GMT":
            return unixSeconds(day: words[1], month: words[2], year: words[3], time: words[4])
        case 5:
            return unixSeconds(day: words[2], month: words[1], year: words[4], time: words[3])
        default:
            return nil
        }
    }

    private static func unixSeconds(
        day: Substring,
        month: Substring,
        year: Substring,
        time: Substring
    ) -> Int64? {
        let months = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ]
        let clock = time.split(separator: ":").compactMap { Int64($0) }
        guard let month = months.firstIndex(of: String(month)).map({ Int64($0 + 1) }),
            let day = Int64(day), (1...31).contains(day),
            var year = Int64(year), (0...9_999).contains(year),
            clock.count == 3, (0...23).contains(clock[0]), (0...59).contains(clock[1]),
            // 60 is a leap second.
            (0...60).contains(clock[2])
        else { return nil }
        if year < 70 { year += 2_000 } else if year < 100 { year += 1_900 }
        let days = daysSinceEpoch(year: year, month: month, day: day)
        return days * 86_400 + clock[0] * 3_600 + clock[1] * 60 + clock[2]
    }

    /// Days from 1970-01-01 in the Gregorian calendar.
    ///
    /// Years are counted from March, so that the
    /// leap day is a year's last.
    private static func daysSinceEpoch(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shiftedYear = month > 2 ? year : year - 1
        let shiftedMonth = (month + 9) % 12
        let dayOfYear = (153 * shiftedMonth + 2) / 5 + day - 1
        let leapDays = shiftedYear / 4 - shiftedYear / 100 + shiftedYear / 400
        return 365 * shiftedYear + leapDays + dayOfYear - 719_468
    }
}
