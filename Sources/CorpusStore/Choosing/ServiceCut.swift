import OTLP

/// An export request cut down to the resources of one service.
struct ServiceCut {
    /// The request, whole where nothing had to go.
    let payload: [UInt8]
    /// How many items are left.
    let itemCount: Int
    /// The CRC-32 of what is left, with timestamps and ids zeroed.
    let skeletonCRC32: UInt32

    private static let entryTag: UInt8 = 1 << 3 | 2

    /// Cuts a payload down; nil when nothing is left of it.
    ///
    /// Resources are top-level entries (field 1 of each `Export…ServiceRequest`), so those kept are
    /// copied with a tag and a length in front, and no other length changes. Unknown top-level
    /// fields go when a resource goes.
    /// - Throws: `WireError` where the payload is not a well-formed export request.
    init?(_ signal: Signal, _ payload: [UInt8], keeping service: String) throws(WireError) {
        let scan = try RequestScan(signal, payload: payload)
        let name = Array(service.utf8)
        let isKept = scan.resources.map { resource in
            payload[resource.serviceName.places].elementsEqual(name)
        }
        guard isKept.contains(true) else { return nil }
        guard isKept.contains(false) else {
            self.payload = payload
            itemCount = scan.items.count
            skeletonCRC32 = scan.skeletonCRC32(of: payload)
            return
        }
        var cut: [UInt8] = []
        cut.reserveCapacity(payload.count)
        for (resource, isKept) in zip(scan.resources, isKept) where isKept {
            cut.append(Self.entryTag)
            cut.append(varint: resource.entry.count)
            cut += payload[resource.entry.places]
        }
        self.payload = cut
        itemCount = scan.items.count { isKept[Int($0.resource)] }
        skeletonCRC32 = try RequestScan(signal, payload: cut).skeletonCRC32(of: cut)
    }
}
