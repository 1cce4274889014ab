package server

// registerViews adds what people look at and programs seldom ask for: plans as they are seen, and the map below them.
func (s *Server) registerViews() {
	s.registerWarehouses()
	s.registerFloors()
	s.registerPlanSuppliers()
	s.registerStockLines()
	s.registerPlanMap()
	s.registerOrderStory()
	s.registerTiles()
	s.registerDemand()
	s.registerCreditModels()
	s.registerSupplierRisks()
	s.registerSupplierRecords()
}
