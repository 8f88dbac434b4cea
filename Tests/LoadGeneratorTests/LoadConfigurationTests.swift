import LoadGenerator
import Testing

@Suite struct LoadConfigurationTests {
    @Test(
        "refuses targets that are no service's URL",
        arguments: [
            "", "localhost:8081", "ftp://host", "http://", "http://a b", "http://h/?q=1",
            "http://user:secret@host",
        ]
    )
    func targets(text: String) {
        #expect(throws: LoadError.invalidTarget(text)) { try LoadConfiguration(target: text) }
    }

    @Test("drops a slash at the target's end")
    func slash() throws {
        let configuration = try LoadConfiguration(target: "https://shop.example:8443/")
        #expect(configuration.target == "https://shop.example:8443")
    }

    @Test("refuses rates that are not above zero", arguments: [0, -1, .infinity])
    func rates(rate: Double) {
        #expect(throws: LoadError.invalidRate(rate)) {
            try LoadConfiguration(ordersPerSecond: rate)
        }
    }

    @Test("refuses durations, slots and plans out of bounds")
    func bounds() {
        #expect(throws: LoadError.invalidRate(0)) { try LoadConfiguration(ordersPerSecond: 0) }
        #expect(throws: LoadError.invalidDuration(.zero)) {
            try LoadConfiguration(duration: .zero)
        }
        #expect(throws: LoadError.invalidDuration(.seconds(Int64.max))) {
            try LoadConfiguration(duration: .seconds(Int64.max))
        }
        #expect(throws: LoadError.invalidMaxConcurrent(0)) {
            try LoadConfiguration(maxConcurrent: 0)
        }
        #expect(throws: LoadError.tooManyOrders(6e9)) {
            try LoadConfiguration(ordersPerSecond: 1e8)
        }
    }

    @Test("says how to start the order service")
    func unreachable() {
        #expect(
            LoadError.unreachable(target: "http://127.0.0.1:8081").description
                == "nothing listens at http://127.0.0.1:8081; start it with: order-service"
        )
    }
}
