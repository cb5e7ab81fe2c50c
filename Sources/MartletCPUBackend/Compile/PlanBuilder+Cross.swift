import MartletModelIR

extension PlanBuilder {
    /// Where a cross attention, or what fills its cache, reads and writes.
    func makeCross(_ x: Int, _ spec: CrossAttentionSpec, _ out: Int) -> UnsafePointer<CrossRegion> {
        storage.place(
            CrossRegion(
                input: UnsafePointer(pointer(x)), layer: spec.layer, numHeads: spec.numHeads, headDim: spec.headDim,
                numPositions: spec.numPositions, scale: spec.scale,
                alignmentHeads: storage.place(spec.alignmentHeads.map(Int32.init)),
                firstAlignmentHead: spec.firstAlignmentHead, numAlignmentHeads: program.numAlignmentHeads,
                out: pointer(out)))
    }
}
