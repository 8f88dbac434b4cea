extension BlockFiller {
    /// Has the intervals of a request's points begin no earlier than the mapping asks, in a payload
    /// that was filled.
    ///
    /// To be called on the filler as it was before it filled the payload: walks the pieces once more,
    /// so that filling itself costs the same where nothing asks for this.
    func boundPoints(
        _ row: BlockDecoder.Row,
        in base: UnsafeMutableRawPointer,
        beginningAt bound: UInt64,
        templates: Span<TemplateTable.Template>,
        slots: Span<Slot>
    ) throws(CodecError) {
        var pieces = pieces
        var place = base
        let end = base + row.payloadBytes
        for _ in 0..<row.pieceCount {
            let code = try pieces.count(upTo: templates.count)
            if code == 0 {
                place += try pieces.count(upTo: end - place)
                continue
            }
            let template = templates[code - 1]
            guard template.length <= end - place else {
                throw CodecError("a piece lies outside its payload")
            }
            Self.bound(piece: place, template.slots, of: slots, beginningAt: bound)
            place += template.length
        }
    }

    private static func bound(
        piece: UnsafeMutableRawPointer,
        _ range: Range<Int>,
        of slots: Span<Slot>,
        beginningAt bound: UInt64
    ) {
        var start: UnsafeMutableRawPointer?
        var time: UInt64 = 0
        for index in range {
            let slot = slots[index]
            switch slot.filling {
            case .looseStart: start = piece + Int(slot.offset)
            case .looseTime: time = word(piece + Int(slot.offset))
            default: continue
            }
        }
        guard let start, case let before = word(start), before != 0, before < bound else { return }
        // A point from before the bound: an empty interval at its time.
        let raised = time == 0 ? bound : max(before, min(bound, time))
        start.storeBytes(of: raised.littleEndian, as: UInt64.self)
    }

    private static func word(_ place: UnsafeMutableRawPointer) -> UInt64 {
        UInt64(littleEndian: place.loadUnaligned(as: UInt64.self))
    }
}
