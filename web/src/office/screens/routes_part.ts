/** The pages of routes, which lie in a file of their own. */
export { RoutePlanPage } from "./route_plan.tsx";
export { RoutesPage } from "./routes.tsx";
