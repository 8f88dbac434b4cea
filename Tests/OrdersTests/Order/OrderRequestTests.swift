import Foundation
import Testing

@testable import Orders

@Suite("Order request")
struct OrderRequestTests {
    @Test("an acceptable order is priced")
    func priced() throws {
        let draft = try draft(
            SampleOrder.json(
                currency: "JPY",
                items: """
                    {"sku":"A","quantity":3,"unit_price_minor":500},
                    {"sku":"B","quantity":1,"unit_price_minor":0}
                    """
            )
        )
        #expect(draft.totalMinor == 1_500)
        #expect(draft.units == 4)
        #expect(draft.total == "1500")
    }

    @Test("amounts read as people write them")
    func amounts() {
        #expect(Currency.eur.format(129_905) == "1299.05")
        #expect(Currency.eur.format(7) == "0.07")
        #expect(Currency.jpy.format(1_299) == "1299")
    }

    @Test(
        "bytes that aren't JSON are malformed",
        arguments: [
            "", "{", "not json", #"{"customer_id":"#, "{} trailing",
            String(repeating: "[", count: 60_000),
        ]
    )
    func malformed(json: String) {
        #expect(throws: OrderRequestError.malformedJSON) { try draft(json) }
    }

    @Test("invalid UTF-8 is malformed")
    func invalidUTF8() {
        let json = Data(#"{"customer_id":""#.utf8) + [0xff, 0xfe] + Data(#""}"#.utf8)
        #expect(throws: OrderRequestError.malformedJSON) {
            try OrderRequest(json: json, decoder: JSONDecoder())
        }
    }

    @Test("JSON of another shape is named by its path")
    func wrongShape() {
        #expect(throws: OrderRequestError.wrongShape(path: "customer_id", reason: "is missing")) {
            try draft("{}")
        }
        let text = #"{"sku":"A","quantity":"two","unit_price_minor":1}"#
        #expect(
            throws: OrderRequestError.wrongShape(
                path: "items[0].quantity",
                reason: "has the wrong type"
            )
        ) { try draft(SampleOrder.json(items: text)) }
        #expect(throws: OrderRequestError.wrongShape(path: "", reason: "has the wrong type")) {
            try draft("[1]")
        }
    }

    @Test(
        "a number that no integer holds is well-formed, but unacceptable",
        arguments: ["99999999999999999999", "1e30", "1.5", "-99999999999999999999"]
    )
    func outOfRange(number: String) {
        let items = #"{"sku":"A","quantity":\#(number),"unit_price_minor":1}"#
        do {
            _ = try draft(SampleOrder.json(items: items))
            Issue.record("accepted \(number)")
        } catch OrderRequestError.wrongShape(let path, _) {
            #expect(path == "items[0].quantity")
        } catch {
            Issue.record("\(error)")
        }
    }

    @Test("limits are kept")
    func limits() {
        let line = #"{"sku":"A","quantity":1,"unit_price_minor":1}"#
        let long = String(repeating: "x", count: 65)
        let cases: [(String, OrderRequestError)] = [
            (SampleOrder.json(items: ""), .lineCount(0)),
            (
                SampleOrder.json(
                    items: Array(repeating: line, count: 51).joined(separator: ",")
                ), .lineCount(51)
            ),
            (
                SampleOrder.json(items: #"{"sku":"A","quantity":0,"unit_price_minor":1}"#),
                .quantity(line: 0, found: 0)
            ),
            (
                SampleOrder.json(items: #"{"sku":"A","quantity":1001,"unit_price_minor":1}"#),
                .quantity(line: 0, found: 1_001)
            ),
            (
                SampleOrder.json(items: #"{"sku":"A","quantity":1,"unit_price_minor":-1}"#),
                .unitPrice(line: 0, found: -1)
            ),
            (
                SampleOrder.json(
                    items: #"{"sku":"A","quantity":3,"unit_price_minor":9223372036854775807}"#
                ), .totalTooLarge
            ),
            (
                SampleOrder.json(
                    items: #"{"sku":"A","quantity":1,"unit_price_minor":1000000000000},"# + line
                ), .totalTooLarge
            ),
            (
                SampleOrder.json(currency: "XXX", items: line),
                .unknownValue(path: "currency", value: "XXX")
            ),
            (
                SampleOrder.json(method: "cowries", items: line),
                .unknownValue(path: "payment_method", value: "cowries")
            ),
            (
                SampleOrder.json(customer: long, items: line),
                .textLength(path: "customer_id", bytes: 65)
            ),
            (
                SampleOrder.json(customer: "", items: line),
                .textLength(path: "customer_id", bytes: 0)
            ),
            (
                SampleOrder.json(customer: #"a\nb"#, items: line),
                .textContent(path: "customer_id")
            ),
        ]
        for (json, error) in cases {
            #expect(throws: error) { try draft(json) }
        }
    }

    private func draft(_ json: String) throws -> OrderDraft {
        try OrderRequest(json: Data(json.utf8), decoder: JSONDecoder()).validated()
    }
}
