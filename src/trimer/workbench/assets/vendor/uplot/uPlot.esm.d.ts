import uPlot = require('./uPlot');
export default uPlot;
