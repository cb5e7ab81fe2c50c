import CMartletKernels
import MartletModelIR

/// A stretch of work that is complete before the next begins: plain structs with fixed addresses.
enum Region: BitwiseCopyable {
    case begin(UnsafePointer<BeginRegion>)
    case rows(UnsafePointer<RowsRegion>)
    case prepare(UnsafePointer<LinearRegion>)
    case linear(UnsafePointer<LinearRegion>)
    case heads(UnsafePointer<HeadsRegion>)
    case storeKV(UnsafePointer<AttentionRegion>)
    case attend(UnsafePointer<AttentionRegion>)
    case storeCrossKV(UnsafePointer<CrossRegion>)
    case crossAttend(UnsafePointer<CrossRegion>)
    case latentQueries(UnsafePointer<LatentRegion>)
    case latentValues(UnsafePointer<LatentRegion>)
    case gated(UnsafePointer<MapRegion>)
    case map(UnsafePointer<MapRegion>)
    case add(UnsafePointer<PairRegion>)
    case multiply(UnsafePointer<PairRegion>)
    case route(UnsafePointer<ExpertRegion>)
    case groupRows(UnsafePointer<ExpertRegion>)
    case expertsIn(UnsafePointer<ExpertRegion>)
    case expertsOut(UnsafePointer<ExpertRegion>)
    case combineExperts(UnsafePointer<ExpertRegion>)
    case shortConv(UnsafePointer<ShortConvRegion>)
    case deltaNet(UnsafePointer<DeltaNetRegion>)
    case mamba2(UnsafePointer<Mamba2Region>)
}
