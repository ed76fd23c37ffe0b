internal import HTTPTypes
internal import Hummingbird
internal import Ledgerstone
internal import Logging
internal import NIOHTTP1
internal import Provenance

/// Gives every refusal and failure its answer, and logs what is wrong with this machine.
struct ErrorMiddleware: RouterMiddleware {
  func handle(
    _ request: Request, context: ServerContext,
    next: (Request, ServerContext) async throws -> Response
  ) async throws -> Response {
    do {
      return try await next(request, context)
    } catch let error as HTTPParserError {
      // The connection answers this one itself.
      throw error
    } catch {
      return Self.refusal(error, context).response
    }
  }

  private static func refusal(_ error: any Error, _ context: ServerContext) -> ServerError {
    switch error {
    case let error as ServerError: return error
    case let error as LedgerError:
      let refusal = ServerError(error)
      if refusal.status.kind == .serverError {
        context.logger.error(
          "refused", metadata: ["code": "\(error.code.rawValue)", "reason": "\(error.message)"])
      }
      return refusal
    case let error as CommandLineEntityError:
      return QueryReader.refusal("\(error)")
    case let error as HTTPError where error.status == .notFound:
      return ServerError(.notFound, "noRoute", "there is nothing here")
    case let error as HTTPError:
      return ServerError(error.status, "refused", error.body ?? error.status.reasonPhrase)
    case is CancellationError:
      return ServerError(
        .serviceUnavailable, "closed", "the server is shutting down", retryAfterSeconds: 1)
    default:
      context.logger.error("failed", metadata: ["reason": "\(error)"])
      return ServerError(.internalServerError, "failed", "the server failed")
    }
  }
}
