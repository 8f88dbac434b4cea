import CProcessors
import Foundation
import NIOCore

/// The machine's processors.
enum Processors {
    /// How many this process may use, at least one; those that `taskset` or a container bars don't
    /// count.
    static var usable: Int {
        let usable = Int(usable_processors())
        return usable > 0 ? usable : ProcessInfo.processInfo.activeProcessorCount
    }

    /// Gives the threads of event loops their turns in time: each keeps to processors of its own, if
    /// there are enough, since one that wakes up on the processor of another waits there for as long
    /// as that one is busy; and what else runs there makes way at once.
    static func givePrecedence(to eventLoops: ArraySlice<any EventLoop>) {
        let count = Int32(eventLoops.count)
        for (index, eventLoop) in eventLoops.enumerated() {
            // From the last processor, since others' work tends to be on the first.
            let share = count - 1 - Int32(index)
            eventLoop.execute {
                keep_to_share(share, count)
                use_short_slices()
            }
        }
    }
}
