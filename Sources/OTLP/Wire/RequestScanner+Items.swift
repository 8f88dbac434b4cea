// The field numbers are those of opentelemetry/proto/{trace,metrics,logs}/v1.

extension RequestScanner {
    mutating func scanSpan(_ range: Range<Int>, resource: Int32) throws(WireError) {
        var item = beginItem(resource: resource)
        var cursor = WireCursor(base: base, range: range)
        while let tag = try cursor.nextTag() {
            switch (tag.field, tag.type) {
            case (1, WireCursor.lengthDelimitedType):
                item.traceIDOffset = try ownIdentifier(
                    &cursor,
                    .traceID,
                    previous: item.traceIDOffset,
                    since: item.firstHole
                )
            case (2, WireCursor.lengthDelimitedType):
                item.spanIDOffset = try ownIdentifier(
                    &cursor,
                    .spanID,
                    previous: item.spanIDOffset,
                    since: item.firstHole
                )
            case (4, WireCursor.lengthDelimitedType):
                item.parentSpanIDOffset = try ownIdentifier(
                    &cursor,
                    .parentSpanID,
                    previous: item.parentSpanIDOffset,
                    since: item.firstHole
                )
            case (5, WireCursor.lengthDelimitedType):
                item.name = narrow(try cursor.lengthDelimited())
            case (6, WireCursor.varintType):
                item.kind = UInt8(truncatingIfNeeded: try cursor.varint())
            case (7, WireCursor.fixed64Type):
                item.startUnixNanoseconds = try time(&cursor, .startTime)
            case (8, WireCursor.fixed64Type):
                item.timeUnixNanoseconds = try time(&cursor, .endTime)
            case (9, WireCursor.lengthDelimitedType):
                try noteAttribute(&cursor, of: &item)
            case (11, WireCursor.lengthDelimitedType):
                try scanEvent(try cursor.lengthDelimited())
            case (13, WireCursor.lengthDelimitedType):
                try scanLink(try cursor.lengthDelimited())
            case (15, WireCursor.lengthDelimitedType):
                item.status = try statusCode(try cursor.lengthDelimited())
            default:
                try cursor.skip(tag)
            }
        }
        endItem(item)
    }

    private mutating func scanEvent(_ range: Range<Int>) throws(WireError) {
        var cursor = WireCursor(base: base, range: range)
        while let tag = try cursor.nextTag() {
            if tag.field == 1, tag.type == WireCursor.fixed64Type {
                _ = try time(&cursor, .eventTime)
            } else {
                try cursor.skip(tag)
            }
        }
    }

    private mutating func scanLink(_ range: Range<Int>) throws(WireError) {
        var cursor = WireCursor(base: base, range: range)
        while let tag = try cursor.nextTag() {
            switch (tag.field, tag.type) {
            case (1, WireCursor.lengthDelimitedType): _ = try identifier(&cursor, .otherTraceID)
            case (2, WireCursor.lengthDelimitedType): _ = try identifier(&cursor, .otherSpanID)
            default: try cursor.skip(tag)
            }
        }
    }

    private func statusCode(_ range: Range<Int>) throws(WireError) -> UInt8 {
        var cursor = WireCursor(base: base, range: range)
        var code: UInt8 = 0
        while let tag = try cursor.nextTag() {
            if tag.field == 3, tag.type == WireCursor.varintType {
                code = UInt8(truncatingIfNeeded: try cursor.varint())
            } else {
                try cursor.skip(tag)
            }
        }
        return code
    }

    mutating func scanLogRecord(_ range: Range<Int>, resource: Int32) throws(WireError) {
        var item = beginItem(resource: resource)
        var cursor = WireCursor(base: base, range: range)
        while let tag = try cursor.nextTag() {
            switch (tag.field, tag.type) {
            case (1, WireCursor.fixed64Type):
                item.timeUnixNanoseconds = try time(&cursor, .time)
            case (2, WireCursor.varintType):
                item.kind = UInt8(truncatingIfNeeded: try cursor.varint())
            case (5, WireCursor.lengthDelimitedType):
                item.body = narrow(try stringValue(try cursor.lengthDelimited()) ?? 0..<0)
            case (6, WireCursor.lengthDelimitedType):
                try noteAttribute(&cursor, of: &item)
            case (9, WireCursor.lengthDelimitedType):
                item.traceIDOffset = try ownIdentifier(
                    &cursor,
                    .traceID,
                    previous: item.traceIDOffset,
                    since: item.firstHole
                )
            case (10, WireCursor.lengthDelimitedType):
                item.spanIDOffset = try ownIdentifier(
                    &cursor,
                    .spanID,
                    previous: item.spanIDOffset,
                    since: item.firstHole
                )
            case (11, WireCursor.fixed64Type):
                item.observedUnixNanoseconds = try time(&cursor, .observedTime)
            case (12, WireCursor.lengthDelimitedType):
                item.name = narrow(try cursor.lengthDelimited())
            default:
                try cursor.skip(tag)
            }
        }
        endItem(item)
    }

    mutating func scanMetric(_ range: Range<Int>, resource: Int32) throws(WireError) {
        let index = scan.metrics.count
        scan.metrics.append(RequestScan.Metric())
        var cursor = WireCursor(base: base, range: range)
        while let tag = try cursor.nextTag() {
            guard tag.type == WireCursor.lengthDelimitedType else {
                try cursor.skip(tag)
                continue
            }
            let content = try cursor.lengthDelimited()
            switch tag.field {
            case 1: scan.metrics[index].name = narrow(content)
            case 3: scan.metrics[index].unit = narrow(content)
            default:
                guard tag.field < 12,
                    let type = RequestScan.MetricType(rawValue: UInt8(tag.field)), type != .none
                else { continue }
                scan.metrics[index].type = type
                try scanMetricData(content, type: type, metric: index, resource: resource)
            }
        }
    }

    private mutating func scanMetricData(
        _ range: Range<Int>,
        type: RequestScan.MetricType,
        metric: Int,
        resource: Int32
    ) throws(WireError) {
        var cursor = WireCursor(base: base, range: range)
        while let tag = try cursor.nextTag() {
            switch (tag.field, tag.type) {
            case (1, WireCursor.lengthDelimitedType):
                let content = try cursor.lengthDelimited()
                var item = beginItem(resource: resource)
                item.metric = Int32(metric)
                try scanDataPoint(content, type: type, item: &item)
                endItem(item)
            case (2, WireCursor.varintType) where type != .gauge && type != .summary:
                scan.metrics[metric].temporality = UInt8(truncatingIfNeeded: try cursor.varint())
            default:
                try cursor.skip(tag)
            }
        }
    }

    /// All kinds of points have their start in field 2 and their time in field 3.
    private mutating func scanDataPoint(
        _ range: Range<Int>,
        type: RequestScan.MetricType,
        item: inout RequestScan.Item
    ) throws(WireError) {
        let isNumber = type == .gauge || type == .sum
        let exemplarField: UInt32? =
            switch type {
            case .gauge, .sum: 5
            case .histogram: 8
            case .exponentialHistogram: 11
            case .summary, .none: nil
            }
        let attributesField = type.attributesField
        var cursor = WireCursor(base: base, range: range)
        while let tag = try cursor.nextTag() {
            switch (tag.field, tag.type) {
            case (_, WireCursor.lengthDelimitedType) where tag.field == attributesField:
                try noteAttribute(&cursor, of: &item)
            case (2, WireCursor.fixed64Type):
                item.startUnixNanoseconds = try time(&cursor, .startTime)
            case (3, WireCursor.fixed64Type):
                item.timeUnixNanoseconds = try time(&cursor, .time)
            case (4, WireCursor.fixed64Type) where isNumber,
                (5, WireCursor.fixed64Type) where !isNumber:
                item.value = Double(bitPattern: try cursor.fixed64())
            case (4, WireCursor.fixed64Type):
                item.count = try cursor.fixed64()
            case (6, WireCursor.fixed64Type) where isNumber:
                item.value = Double(Int64(bitPattern: try cursor.fixed64()))
            case (_, WireCursor.lengthDelimitedType) where tag.field == exemplarField:
                try scanExemplar(try cursor.lengthDelimited())
            default:
                try cursor.skip(tag)
            }
        }
    }

    private mutating func scanExemplar(_ range: Range<Int>) throws(WireError) {
        var cursor = WireCursor(base: base, range: range)
        while let tag = try cursor.nextTag() {
            switch (tag.field, tag.type) {
            case (2, WireCursor.fixed64Type): _ = try time(&cursor, .exemplarTime)
            case (4, WireCursor.lengthDelimitedType): _ = try identifier(&cursor, .otherSpanID)
            case (5, WireCursor.lengthDelimitedType): _ = try identifier(&cursor, .otherTraceID)
            default: try cursor.skip(tag)
            }
        }
    }
}
