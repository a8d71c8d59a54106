package import Tensors
package import Testing

/// How far two lists of numbers are apart, over all of them and where it is worst.
package struct Distance: CustomStringConvertible {
    /// ||actual - expected|| / ||expected||; the absolute norm where the reference is 0.
    package let relativeNorm: Double
    /// Index of the element with the largest absolute difference; nil for empty lists.
    package let worstIndex: Int?
    package let worstActual: Double
    package let worstExpected: Double
    package let count: Int

    package init(_ actual: [Double], _ expected: [Double]) {
        var squares = 0.0
        var reference = 0.0
        var worst = -1.0
        var index: Int?
        for position in 0..<min(actual.count, expected.count) {
            // Equal infinities are equal; every other difference that is no number counts as infinite.
            let gap = actual[position] == expected[position] ? 0 : abs(actual[position] - expected[position])
            let difference = gap.isNaN ? Double.infinity : gap
            squares += difference * difference
            reference += expected[position] * expected[position]
            if difference > worst {
                worst = difference
                index = position
            }
        }
        relativeNorm = reference > 0 ? (squares / reference).squareRoot() : squares.squareRoot()
        worstIndex = index
        worstActual = index.map { actual[$0] } ?? 0
        worstExpected = index.map { expected[$0] } ?? 0
        count = expected.count
    }

    package var description: String {
        guard let worstIndex else { return "no elements" }
        return
            "relative L2 \(relativeNorm); worst at \(worstIndex) of \(count): \(worstActual), expected \(worstExpected)"
    }
}

/// Records a failure at the caller's line unless the lists have equal length and their relative L2 distance is at most
/// `tolerance`; 0 asks for equality.
package func expectClose(
    _ actual: [Double], _ expected: [Double], tolerance: Double, _ label: String = "",
    sourceLocation: SourceLocation = #_sourceLocation
) {
    guard actual.count == expected.count else {
        Issue.record(
            "\(label): \(actual.count) elements, expected \(expected.count)", sourceLocation: sourceLocation)
        return
    }
    let distance = Distance(actual, expected)
    if !(distance.relativeNorm <= tolerance) {
        Issue.record("\(label): \(distance), tolerance \(tolerance)", sourceLocation: sourceLocation)
    }
}

/// ``expectClose(_:_:tolerance:_:sourceLocation:)-([Double],_,_,_,_)`` for single precision.
package func expectClose(
    _ actual: [Float], _ expected: [Float], tolerance: Double, _ label: String = "",
    sourceLocation: SourceLocation = #_sourceLocation
) {
    expectClose(
        actual.map(Double.init), expected.map(Double.init), tolerance: tolerance, label, sourceLocation: sourceLocation)
}

/// Records a failure unless shapes are equal and the relative L2 distance is at most `tolerance`.
package func expectClose(
    _ actual: Tensor, _ expected: Tensor, tolerance: Double, _ label: String = "",
    sourceLocation: SourceLocation = #_sourceLocation
) {
    guard actual.shape == expected.shape else {
        Issue.record("\(label): shape \(actual.shape), expected \(expected.shape)", sourceLocation: sourceLocation)
        return
    }
    expectClose(actual.values, expected.values, tolerance: tolerance, label, sourceLocation: sourceLocation)
}
