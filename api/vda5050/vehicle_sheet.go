package vda5050

// object is a JSON object whose shape differs by version.
type object = map[string]any

// factsheet tells what the vehicle is.
func (v *Vehicle) factsheet() {
	if raw, err := marshal(v.o.Version, TopicFactsheet, v.sheet()); err == nil {
		v.client.Retain(v.o.Version.topic(v.id, TopicFactsheet), raw)
	}
}

// sheet is the factsheet in the words of the vehicle's version.
func (v *Vehicle) sheet() object {
	h := v.header(TopicFactsheet)
	sheet := object{"headerId": h.HeaderID, "timestamp": h.Timestamp, "version": h.Version, "manufacturer": h.Manufacturer, "serialNumber": h.SerialNumber,
		"loadSpecification": object{}}
	options := []object{}
	for field, takes := range map[string]bool{"trajectory": v.o.Trajectories, "corridor": v.o.Corridors} {
		if takes {
			options = append(options, object{"parameter": "order.edges." + field, "support": "SUPPORTED"})
		}
	}
	kind := object{"seriesName": "simulated", "localizationTypes": []string{"GRID"}, "navigationTypes": []string{"VIRTUAL_LINE_GUIDED"}}
	sheet["typeSpecification"] = kind
	if v.o.Version == V30 {
		kind["mobileRobotKinematics"], kind["mobileRobotClass"], kind["maximumLoadMass"] = "DIFFERENTIAL", "CARRIER", 100
		if len(v.o.Zones) > 0 {
			kind["supportedZones"] = v.o.Zones
		}
		sheet["physicalParameters"] = object{"minimumSpeed": 0, "maximumSpeed": 1.5, "maximumAcceleration": 1, "maximumDeceleration": 1,
			"minimumHeight": 0.3, "maximumHeight": 0.3, "width": 0.7, "length": 0.9}
		sheet["protocolLimits"] = object{"maximumStringLengths": object{}, "maximumArrayLengths": object{"order.nodes": 32},
			"timing": object{"minimumOrderInterval": 0.1, "minimumStateInterval": 0.1}}
		sheet["protocolFeatures"] = object{"optionalParameters": options, "mobileRobotActions": v.skills()}
		sheet["mobileRobotGeometry"] = object{}
		return sheet
	}
	kind["agvKinematic"], kind["agvClass"], kind["maxLoadMass"] = "DIFF", "CARRIER", 100
	sheet["physicalParameters"] = object{"speedMin": 0, "speedMax": 1.5, "accelerationMax": 1, "decelerationMax": 1,
		"heightMin": 0.3, "heightMax": 0.3, "width": 0.7, "length": 0.9}
	sheet["protocolLimits"] = object{"maxStringLens": object{}, "maxArrayLens": object{"order.nodes": 32},
		"timing": object{"minOrderInterval": 0.1, "minStateInterval": 0.1}}
	sheet["protocolFeatures"] = object{"optionalParameters": options, "agvActions": v.skills()}
	sheet["agvGeometry"] = object{}
	return sheet
}

// skills are the actions of the factsheet. Which blocking types they have is told in 3.0: the schema of 2.1 takes only a
// list that is itself one of its words.
func (v *Vehicle) skills() []object {
	skills := []object{}
	for _, s := range v.o.Skills {
		x := object{"actionType": s.ActionType, "actionScopes": s.ActionScopes}
		if v.o.Version == V30 {
			x["pauseAllowed"], x["cancelAllowed"] = false, true
			if len(s.BlockingTypes) > 0 {
				x["blockingTypes"] = s.BlockingTypes
			}
		}
		skills = append(skills, x)
	}
	return skills
}
